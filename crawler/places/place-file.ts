// One file in the format of MaxMind DB (https://maxmind.github.io/MaxMind-DB/). It may be half written, of another program, or
// damaged: it is checked before its first use, and a record that cannot be read later is not known.
import { Reader } from 'mmdb-lib'
import { errorText, ProbeError } from '../../core/errors.ts'
import { cleanText } from '../engine/population/clean-text.ts'
import { readRecord } from './place-record.ts'
import { sampleNetworks } from './sample-networks.ts'
import type { RecordedPlace } from './place-record.ts'
import type { Metadata } from 'mmdb-lib/lib/metadata.js'

/** Kinds of facts that a file can have: countries, autonomous systems. */
export const PLACE_KINDS = ['country', 'as'] as const

/** One of {@link PLACE_KINDS}. */
export type PlaceKind = typeof PLACE_KINDS[number]

const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

// The specification's limit of the metadata, with its marker.
const METADATA_BYTES = 131_072
const SEPARATOR_BYTES = 16
const TYPE_CHARS = 64

// A record of the usual files has at most 20. Without a limit, records that contain one another could stop the process.
const MAX_POINTERS = 1_000

// Records that are read before a file is used; all of a small one.
const SAMPLE_RECORDS = 1_000

/** A file whose records can be looked up. */
export class PlaceFile {
  readonly name: string

  /** What its publisher calls it, such as `GeoLite2-Country`. */
  readonly type: string

  readonly builtAtMs: number
  readonly bytes: number
  readonly kinds: ReadonlySet<PlaceKind>
  readonly #reader: Reader<never>
  readonly #budget: PointerBudget
  readonly #hasIpv6: boolean

  /** @throws ProbeError `PP_PLACES_INVALID` if it is not a whole file of this format, or has neither countries nor autonomous systems */
  constructor (name: string, content: Buffer) {
    this.name = name
    this.bytes = content.length
    this.#budget = new PointerBudget()
    this.#reader = this.#guard(() => openReader(content, this.#budget))
    const { databaseType, buildEpoch, ipVersion } = this.#reader.metadata
    this.type = cleanText(databaseType, TYPE_CHARS)
    this.builtAtMs = buildEpoch.getTime()
    this.#hasIpv6 = ipVersion === 6
    this.kinds = this.#guard(() => this.#sampleKinds())

    if (this.kinds.size === 0) {
      throw refused(name, 'none of its records has a country or the number of an autonomous system')
    }
  }

  /**
   * What the file says of an IP address. @param ip as text, of IPv6 without a dotted part
   *
   * @throws Error if the record is damaged
   */
  lookUp (ip: string): RecordedPlace {
    return this.#find(ip)[0]
  }

  #find (ip: string): [place: RecordedPlace, bits: number] {
    // In a file of IPv4 addresses the reader would take the first four bytes.
    if (ip.includes(':') && !this.#hasIpv6) {
      return [{}, 0]
    }

    this.#budget.renew()
    const [record, bits] = this.#reader.getWithPrefixLength(ip)

    return [readRecord(record), bits]
  }

  #sampleKinds (): Set<PlaceKind> {
    const kinds = new Set<PlaceKind>()

    for (const family of this.#hasIpv6 ? [4, 6] as const : [4] as const) {
      let records = 0

      sampleNetworks(family, (ip) => {
        const [{ country, asn }, bits] = this.#find(ip)
        records += country === undefined && asn === undefined ? 0 : 1

        if (country !== undefined) {
          kinds.add('country')
        }
        if (asn !== undefined) {
          kinds.add('as')
        }

        return { bits, isEnough: records >= SAMPLE_RECORDS }
      })
    }

    return kinds
  }

  #guard<T> (action: () => T): T {
    try {
      return action()
    } catch (err) {
      throw refused(this.name, errorText(err), err)
    }
  }
}

// The reader asks this cache before it follows a pointer or reads a record.
class PointerBudget {
  #left = MAX_POINTERS

  renew (): void {
    this.#left = MAX_POINTERS
  }

  get (): undefined {
    this.#left--

    if (this.#left < 0) {
      throw new TypeError(`a record has more than ${String(MAX_POINTERS)} pointers`)
    }
  }

  set (): void {
    // Nothing is kept: records are small, and a file has millions.
  }
}

function openReader (content: Buffer, budget: PointerBudget): Reader<never> {
  // Searched here first: the reader would search a file of hundreds of megabytes byte by byte.
  if (!content.subarray(-METADATA_BYTES).includes(MARKER)) {
    throw new TypeError('it has no end: it is not whole, or not in the format of MaxMind DB (.mmdb)')
  }

  const reader = new Reader<never>(content, { cache: budget })
  checkMetadata(reader.metadata, content)

  return reader
}

function checkMetadata (metadata: Metadata, content: Buffer): void {
  const { binaryFormatMajorVersion, databaseType, buildEpoch, ipVersion, searchTreeSize } = metadata as { [K in keyof Metadata]: unknown }

  if (binaryFormatMajorVersion !== 2 || (ipVersion !== 4 && ipVersion !== 6)) {
    throw new TypeError('its version is not 2.x, or its addresses are neither IPv4 nor IPv6')
  }
  if (typeof databaseType !== 'string' || !(buildEpoch instanceof Date) || Number.isNaN(buildEpoch.getTime())) {
    throw new TypeError('it does not say what it is or when it was built')
  }
  if (!Number.isSafeInteger(searchTreeSize) || !hasSeparator(Number(searchTreeSize), content)) {
    throw new TypeError('its parts have other sizes than it says: it is not whole, or was changed while it was copied')
  }
}

function hasSeparator (treeSize: number, content: Buffer): boolean {
  const separator = content.subarray(treeSize, treeSize + SEPARATOR_BYTES)

  return treeSize > 0 && separator.length === SEPARATOR_BYTES && separator.every(byte => byte === 0)
}

function refused (name: string, reason: string, cause?: unknown): ProbeError {
  return new ProbeError('PP_PLACES_INVALID', `${name} is not used: ${reason}`, { cause })
}
