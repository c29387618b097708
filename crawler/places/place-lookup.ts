// Where a peer is: the place of the IP address of its connection, by the files that there are at the moment.
import { UNKNOWN_PLACE, PLACE_LIMITS } from '../../core/contracts/place.ts'
import { defined } from '../../core/defined.ts'
import { readAddress } from '../address/address-reader.ts'
import { addressClassOf, embeddedIpv4 } from '../address/ip-class.ts'
import { formatIp } from '../address/ip-text.ts'
import { cleanText } from '../engine/population/clean-text.ts'
import { cloudOf } from './clouds.ts'
import type { Place } from '../../core/contracts/place.ts'
import type { VisitConnection } from '../dial/session.ts'
import type { PlaceFile, PlaceKind } from './place-file.ts'
import type { RecordedPlace } from './place-record.ts'

/** The files that a look-up uses, in the order in which they are asked. */
export interface PlaceFiles {
  readonly files: readonly Pick<PlaceFile, 'type' | 'builtAtMs' | 'kinds' | 'lookUp'>[]

  /** Called if a record is damaged. */
  onDamage: () => void
}

// Their addresses begin with that of a relay: where the peer is, they do not say.
const BY_RELAY: ReadonlySet<string> = new Set(['relay', 'webrtc'])

/** The place of a connection's remote address; undefined if there is no file, if a relay carries it, and for private addresses that no file has. */
export function placeOf ({ address, transport }: Pick<VisitConnection, 'address' | 'transport'>, places: PlaceFiles): Place | undefined {
  const ip = BY_RELAY.has(transport) ? undefined : ipOf(address)

  if (ip === undefined || places.files.length === 0) {
    return undefined
  }

  const found = find(formatIp(ip), places)

  return found.sources.length === 0 && addressClassOf(ip) !== 'public' ? undefined : toPlace(found, kindsOf(places))
}

// Names were resolved before they were dialled, and an address that still has one does not say which IP address answered.
function ipOf (address: Uint8Array): Uint8Array | undefined {
  const { family, host } = readAddress(address) ?? { family: 'other', host: address }
  const isIp = family === 'ip4' || family === 'ip6'

  return !isIp || addressClassOf(host) === 'forbidden' ? undefined : embeddedIpv4(host) ?? host
}

interface Found extends RecordedPlace {
  /** Files that know the address. */
  sources: string[]
}

/** The first file that knows the country gives the country, and the same for the autonomous system. */
function find (ip: string, { files, onDamage }: PlaceFiles): Found {
  const found: Found = { sources: [] }

  for (const file of files) {
    const { country, asn, organisation } = lookUp(file, ip, onDamage)
    const isNew = { country: found.country === undefined && country !== undefined, asn: found.asn === undefined && asn !== undefined }

    Object.assign(found, isNew.country && { country }, isNew.asn && defined({ asn, organisation }))

    if (isNew.country || isNew.asn) {
      found.sources.push(sourceOf(file))
    }
  }

  return found
}

function lookUp (file: PlaceFiles['files'][number], ip: string, onDamage: () => void): RecordedPlace {
  try {
    return file.lookUp(ip)
  } catch {
    onDamage() // the record says nothing; the file may be whole elsewhere

    return {}
  }
}

function toPlace ({ country, asn, organisation, sources }: Found, kinds: ReadonlySet<PlaceKind>): Place {
  return {
    ...defined({
      country: kinds.has('country') ? country ?? UNKNOWN_PLACE : undefined,
      asn,
      organisation: organisation === undefined ? undefined : cleanText(organisation, PLACE_LIMITS.organisation),
      cloud: kinds.has('as') ? cloudOf(asn) : undefined
    }),
    source: cleanText(sources.join(', '), PLACE_LIMITS.source)
  }
}

function kindsOf ({ files }: PlaceFiles): ReadonlySet<PlaceKind> {
  return new Set(files.flatMap(({ kinds }) => [...kinds]))
}

/** How a place names a file: `GeoLite2-ASN 2026-11-28`. */
export function sourceOf ({ type, builtAtMs }: Pick<PlaceFile, 'type' | 'builtAtMs'>): string {
  return `${type} ${new Date(builtAtMs).toISOString().slice(0, 10)}`
}
