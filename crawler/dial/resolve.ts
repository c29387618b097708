// Whoever owns a name decides what is looked up next, so that the work is bounded by steps and not
// by depth: a chain, a loop and a tree of /dnsaddr records all end at the same count.
import { isIP } from 'node:net'
import { defined } from '../../core/defined.ts'
import { parseDnsName } from '../../core/text/dns-name.ts'
import { readAddress } from '../address/address-reader.ts'
import { parseAddress } from '../address/address.ts'
import { hostText } from '../address/host-name.ts'
import { parseIp } from '../address/ip-text.ts'
import { CODE } from '../address/multiaddr-reader.ts'
import { outcomeOfFault } from '../peer/peer-fault.ts'
import { concatBytes, equalBytes } from '../wire/bytes.ts'
import type { Address, AddressFamily } from '../address/address-reader.ts'
import type { DnsResolver } from './dns/dns-resolver.ts'

/** Names of one peer that are looked up. */
const MAX_STEPS = 32

/** Queries that the names of one peer cause; a correct peer needs two or three. */
const MAX_QUERIES = 32

/** TXT records of one name that are read; more is an attack. */
const MAX_RECORDS = 100

/** Addresses that the names of one peer give. */
const MAX_RESULTS = 128

const DNSADDR = 'dnsaddr='

/** An address with an IP address, and whose it is where a /dnsaddr said so. */
export interface ResolvedAddress {
  address: Address
  peerId?: Uint8Array
}

/** What the names gave. */
export interface Resolution {
  resolved: readonly ResolvedAddress[]

  /** Names that could not be looked up, or have no address. */
  failures: number

  /** Of those, names that our own limits left unasked. */
  limited: number
}

/** What resolving needs and looks for. */
export interface ResolveOptions {
  dns: DnsResolver

  /** Multihash of the peer that is looked for; without one, all peers that a /dnsaddr names are found. */
  peerId?: Uint8Array

  /** Whether an address is of use; asked of each before it is resolved further. */
  accepts: (address: Address) => boolean

  /** Whether only /dnsaddr is followed, and other names pass unchanged. @default false */
  keepsNames?: boolean
}

/** Resolves `/dns`, `/dns4`, `/dns6` and `/dnsaddr` (multiformats DNSADDR specification). Addresses without a name pass unchanged. */
export async function resolveNames (addresses: readonly Address[], options: ResolveOptions, signal: AbortSignal): Promise<Resolution> {
  const queue: ResolvedAddress[] = addresses.map(address => ({ address }))
  const resolved: ResolvedAddress[] = []
  const seen = new Set<string>()
  const count: QueryCount = { asked: new Set(), limited: 0 }
  let failures = 0

  for (let next = queue.shift(); next !== undefined && resolved.length < MAX_RESULTS; next = queue.shift()) {
    const wanted = wantedOf(next, options)

    if (wanted === undefined) {
      resolved.push(next)
    } else if (!seen.has(wanted.key) && seen.size < MAX_STEPS) {
      seen.add(wanted.key)
      const found = wanted.name === undefined ? fromLiteral(wanted) : await lookUp(wanted, options, count, signal)
      failures += found.length === 0 ? 1 : 0
      queue.push(...found.filter(({ address }) => options.accepts(address)))
    }
  }

  return { resolved, failures, limited: count.limited }
}

type RecordKind = 4 | 6 | 'txt'

const RECORDS: Partial<Record<AddressFamily, readonly RecordKind[]>> = { dns: [6, 4], dns4: [4], dns6: [6], dnsaddr: ['txt'] }

/** An address whose host is to be found. */
interface Wanted extends ResolvedAddress {
  kinds: readonly RecordKind[]

  /** What stands in the place of the name. */
  host: string

  /** The name, where it is one. */
  name: string | undefined

  /** The same for all ways to write the name. */
  key: string
}

/** What is to be found for an address; undefined where it passes unchanged. */
function wantedOf (named: ResolvedAddress, { keepsNames = false }: ResolveOptions): Wanted | undefined {
  const { address: { family, host: bytes, hostEnd, bytes: all } } = named
  const kinds = keepsNames && family !== 'dnsaddr' ? undefined : RECORDS[family]

  if (kinds === undefined) {
    return undefined
  }

  const host = hostText(bytes) ?? ''
  const name = parseDnsName(host)

  return { ...named, kinds, host, name, key: `${family} ${name ?? host} ${Buffer.from(all.subarray(hostEnd)).toString('latin1')}` }
}

/** An IP address in the place of a name is that IP address, as in go-libp2p; nobody is asked for it. */
function fromLiteral (wanted: Wanted): ResolvedAddress[] {
  const kind = isIP(wanted.host)

  return (kind === 4 || kind === 6) && wanted.kinds.includes(kind) ? fromIps([wanted.host], wanted) : []
}

/** What was asked for one peer. */
interface QueryCount {
  asked: Set<string>
  limited: number
}

async function lookUp (wanted: Wanted, { dns, peerId }: ResolveOptions, count: QueryCount, signal: AbortSignal): Promise<ResolvedAddress[]> {
  const { kinds, name = '' } = wanted
  const found: ResolvedAddress[] = []

  for (const kind of kinds) {
    if (!mayAsk(`${String(kind)} ${name}`, count)) {
      continue
    }

    try {
      found.push(...kind === 'txt'
        ? fromRecords(await dns.texts(`_dnsaddr.${name}`, signal), peerId)
        : fromIps(await dns.addresses(name, kind, signal), wanted))
    } catch (err) {
      if (signal.aborted) {
        throw err
      }

      count.limited += outcomeOfFault(err) === 'limit-exceeded' ? 1 : 0
      // why a stranger's name does not resolve changes nothing: it counts as one without records
    }
  }

  return found
}

/** The same query again costs nothing: the cache answers. */
function mayAsk (query: string, count: QueryCount): boolean {
  const isWithin = count.asked.has(query) || count.asked.size < MAX_QUERIES

  if (isWithin) {
    count.asked.add(query)
  } else {
    count.limited++
  }

  return isWithin
}

function fromIps (ips: readonly string[], { address, peerId, name }: Wanted): ResolvedAddress[] {
  const tail = address.bytes.subarray(address.hostEnd)
  const found: ResolvedAddress[] = []

  for (const text of ips.slice(0, MAX_RECORDS)) {
    const ip = parseIp(text)
    const direct = ip === undefined ? undefined : readAddress(concatBytes([Uint8Array.of(ip.length === 4 ? CODE.ip4 : CODE.ip6), ip, tail]))

    if (direct !== undefined) {
      found.push({ address: { ...direct, ...defined({ name }) }, ...defined({ peerId }) })
    }
  }

  return found
}

/** Only entries that name a peer are followed, and when one is looked for, only its own. */
function fromRecords (records: readonly string[], peerId: Uint8Array | undefined): ResolvedAddress[] {
  const found: ResolvedAddress[] = []

  for (const record of records.slice(0, MAX_RECORDS)) {
    const entry = record.startsWith(DNSADDR) ? parseAddress(record.slice(DNSADDR.length)) : undefined
    const address = entry === undefined ? undefined : readAddress(entry.address)

    if (address !== undefined && entry?.peerId !== undefined && (peerId === undefined || equalBytes(entry.peerId, peerId))) {
      found.push({ address, peerId: entry.peerId })
    }
  }

  return found
}
