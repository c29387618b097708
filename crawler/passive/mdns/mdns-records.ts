import { multiaddr } from '@multiformats/multiaddr'
import { formatIp, parseIp } from '../../address/ip-text.ts'
import type { ResponseOutgoingPacket } from 'multicast-dns'

/** A DNS record in the library's form. */
type Answer = NonNullable<ResponseOutgoingPacket['answers']>[number]

/** The service name of libp2p's mDNS queries (libp2p mDNS specification). */
export const SERVICE = '_p2p._udp.local'

/** Time to live of an answer, in seconds. */
const TTL = 120

// A TXT string has at most 255 bytes; a packet should fit into an Ethernet frame.
const MAX_TEXT_BYTES = 255
const MAX_TEXTS = 12
const MAX_TEXTS_BYTES = 1_000

/** The peer that an answer announces. */
export interface MdnsSelf {
  /** Instance name of the service, of letters and digits; random, since it must be unique. */
  instance: string

  peerId: string
}

/** The two sections of an answer. */
export interface MdnsRecords {
  answers: Answer[]
  additionals: Answer[]
}

/**
 * The answer to a query for {@link SERVICE} on one interface: a PTR record, with SRV, TXT and address records.
 * go-libp2p drops an answer without an address record, and reads one TXT record.
 *
 * @param listening multiaddrs that the peer listens on, as text
 * @param ips addresses of the interface: only these are announced
 * @param ttl seconds; 0 withdraws the answer
 * @returns undefined if no address can be dialled on that interface
 */
export function mdnsRecords (self: MdnsSelf, listening: readonly string[], ips: readonly string[], ttl: number = TTL): MdnsRecords | undefined {
  const own = new Map(ips.flatMap(ip => normal(ip) ?? []).map(ip => [ip, ip.includes(':') ? 'AAAA' as const : 'A' as const]))
  const endpoints = listening.flatMap(text => endpointOf(text) ?? []).filter(({ ip }) => own.has(ip))
  const texts = textsOf(endpoints.map(({ text }) => `dnsaddr=${text}/p2p/${self.peerId}`))
  const [first] = endpoints

  if (first === undefined || texts.length === 0) {
    return undefined
  }

  const service = `${self.instance}.${SERVICE}`
  const host = `${self.instance}.local`
  const hosts = [...new Set(endpoints.map(({ ip }) => ip))].map((data): Answer => ({ type: own.get(data) ?? 'A', name: host, ttl, flush: true, data }))

  return {
    answers: [{ type: 'PTR', name: SERVICE, ttl, data: service }],
    additionals: [
      { type: 'SRV', name: service, ttl, flush: true, data: { port: first.port, target: host } },
      { type: 'TXT', name: service, ttl, flush: true, data: texts },
      ...hosts
    ]
  }
}

/** The endpoint of a multiaddr with an IP address; undefined for names, relays and link-local addresses. */
function endpointOf (text: string): { ip: string, port: number, text: string } | undefined {
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

/** Normalises an IP address; undefined for a link-local IPv6 address, which is meaningless without its interface. */
function normal (text: string): string | undefined {
  const ip = parseIp(text)

  return ip === undefined || (ip.length === 16 && ip[0] === 0xfe && ((ip[1] ?? 0) & 0xc0) === 0x80) ? undefined : formatIp(ip)
}
