import { multiaddr } from '@multiformats/multiaddr'
import { formatIp, parseIp } from '../../address/ip-text.ts'
import type { ResponseOutgoingPacket } from 'multicast-dns'

/** A record of DNS, as the library takes it. */
type Answer = NonNullable<ResponseOutgoingPacket['answers']>[number]

/** What libp2p asks the local network for (libp2p mDNS specification). */
export const SERVICE = '_p2p._udp.local'

/** Seconds for which an answer holds. */
const TTL = 120

// A TXT string has 255 bytes at most; a packet should fit an Ethernet frame.
const MAX_TEXT_BYTES = 255
const MAX_TEXTS = 12
const MAX_TEXTS_BYTES = 1_000

/** Of whom an answer tells. */
export interface MdnsSelf {
  /** Name of the service's instance, of letters and digits; random, since it must differ from everyone else's. */
  instance: string

  peerId: string
}

/** The two parts of an answer. */
export interface MdnsRecords {
  answers: Answer[]
  additionals: Answer[]
}

/**
 * What a peer answers to the question for {@link SERVICE} on one interface: PTR, and SRV, TXT and the addresses with it.
 * go-libp2p drops an answer without an address record, and reads one TXT record.
 *
 * @param listening multiaddrs that the peer listens on, as text
 * @param ips addresses of the interface: no other address is told of
 * @param ttl seconds; 0 takes the answer back
 * @returns undefined where nothing can be dialled on that interface
 */
export function mdnsRecords (self: MdnsSelf, listening: readonly string[], ips: readonly string[], ttl: number = TTL): MdnsRecords | undefined {
  const own = new Map(ips.flatMap(ip => normal(ip) ?? []).map(ip => [ip, ip.includes(':') ? 'AAAA' as const : 'A' as const]))
  const places = listening.flatMap(text => placeOf(text) ?? []).filter(({ ip }) => own.has(ip))
  const texts = textsOf(places.map(({ text }) => `dnsaddr=${text}/p2p/${self.peerId}`))
  const [first] = places

  if (first === undefined || texts.length === 0) {
    return undefined
  }

  const service = `${self.instance}.${SERVICE}`
  const host = `${self.instance}.local`
  const hosts = [...new Set(places.map(({ ip }) => ip))].map((data): Answer => ({ type: own.get(data) ?? 'A', name: host, ttl, flush: true, data }))

  return {
    answers: [{ type: 'PTR', name: SERVICE, ttl, data: service }],
    additionals: [
      { type: 'SRV', name: service, ttl, flush: true, data: { port: first.port, target: host } },
      { type: 'TXT', name: service, ttl, flush: true, data: texts },
      ...hosts
    ]
  }
}

/** Where a multiaddr of an IP address leads; undefined for names, relays, and addresses that only one link knows. */
function placeOf (text: string): { ip: string, port: number, text: string } | undefined {
  const components = multiaddr(text).getComponents().filter(({ name }) => name !== 'p2p')
  const [host, port] = components
  const ip = host?.value === undefined || (host.name !== 'ip4' && host.name !== 'ip6') ? undefined : normal(host.value)

  if (ip === undefined || port?.value === undefined || components.some(({ name }) => name === 'p2p-circuit')) {
    return undefined
  }

  return { ip, port: Number(port.value), text: components.map(({ name, value }) => value === undefined ? `/${name}` : `/${name}/${value}`).join('') }
}

function textsOf (all: readonly string[]): string[] {
  const texts: string[] = []
  let bytes = 0

  for (const text of new Set(all)) {
    bytes += text.length

    if (text.length <= MAX_TEXT_BYTES && bytes <= MAX_TEXTS_BYTES && texts.length < MAX_TEXTS) {
      texts.push(text)
    }
  }

  return texts
}

/** The one text of an IP address; undefined for a link-local one of IPv6, which means nothing without its interface. */
function normal (text: string): string | undefined {
  const ip = parseIp(text)

  return ip === undefined || (ip.length === 16 && ip[0] === 0xfe && ((ip[1] ?? 0) & 0xc0) === 0x80) ? undefined : formatIp(ip)
}
