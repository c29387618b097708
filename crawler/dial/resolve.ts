// The owner of a name decides what is looked up next. The work is therefore bounded by steps and not by depth: a
// chain, a loop and a tree of /dnsaddr records all end at the same count.
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

/** Names looked up for one peer. */
const MAX_STEPS = 32

/** Queries for the names of one peer; a correct peer needs two or three. */
const MAX_QUERIES = 32

/** Records read of one name; more means an attack. */
const MAX_RECORDS = 100

/** Addresses that the names of one peer resolve to. */
const MAX_RESULTS = 128

const DNSADDR = 'dnsaddr='

/** A resolved address, and its peer if a /dnsaddr record contains one. */
export interface ResolvedAddress {
  address: Address
  peerId?: Uint8Array
}

/** The result of resolving names. */
export interface Resolution {
  resolved: readonly ResolvedAddress[]

  /** Names that could not be looked up, or that have no address. */
  failures: number

  /** Queries that our own limits prevented. */
  limited: number
}

/** What to resolve, and by which resolver. */
export interface ResolveOptions {
  dns: DnsResolver

  /** Multihash of the wanted peer; without it, all peers of a /dnsaddr are returned. */
  peerId?: Uint8Array

  /** Whether an address is wanted; checked for each before it is resolved further. */
  accepts: (address: Address) => boolean

  /** Whether only /dnsaddr is resolved, and other names are kept. @default false */
  keepsNames?: boolean
}

/** Resolves `/dns`, `/dns4`, `/dns6` and `/dnsaddr` (multiformats DNSADDR specification). Addresses without a name are kept. */
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

/** An address whose host must be resolved. */
interface Wanted extends ResolvedAddress {
  kinds: readonly RecordKind[]

  /** The text of the name component. */
  host: string

  /** The normalised name, if it is a valid one. */
  name: string | undefined

  /** Equal for all spellings of the name. */
  key: string
}

/** What to look up for an address; undefined if the address is kept as it is. */
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

/** An IP address in place of a name is used directly without a query, as in go-libp2p. */
function fromLiteral (wanted: Wanted): ResolvedAddress[] {
  const kind = isIP(wanted.host)

  return (kind === 4 || kind === 6) && wanted.kinds.includes(kind) ? fromIps([wanted.host], wanted) : []
}

/** The queries for one peer. */
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
      // a name that cannot be resolved counts as one without records, whatever the reason
    }
  }

  return found
}

/** Repeating a query costs nothing: the cache answers. */
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

/** Only entries that contain a peer id are used; if one peer is wanted, only its entries. */
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
