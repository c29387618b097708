// What the records of place files say. Their publishers name the same facts differently:
// - MaxMind GeoLite2 and GeoIP2, DB-IP: `country.iso_code`; `autonomous_system_number`, a number, and `autonomous_system_organization`, in
//   enterprise files within `traits`
// - IPinfo: `country_code` (Lite) or `country` (older files), two letters; `asn` such as "AS13335", and `as_name` or `name`
// - ip-location-db: `country_code`; `autonomous_system_number`
import { defined } from '../../core/defined.ts'

/** What a record says, as far as it can be used. */
export interface RecordedPlace {
  /** ISO 3166-1 alpha-2 code. */
  country?: string

  /** Number of the autonomous system. */
  asn?: number

  /** Its name as in the file: of any length, with any characters. */
  organisation?: string
}

type Fields = Readonly<Record<string, unknown>>

// What publishers write where there is no country: user-assigned codes, and regions of several countries.
const NO_COUNTRIES: ReadonlySet<string> = new Set(['AP', 'EU', 'XX', 'ZZ'])
const COUNTRY = /^[A-Z]{2}$/
const AS_NUMBER = /^(?:AS)?(\d{1,10})$/i
const MAX_AS_NUMBER = 4_294_967_295

/** Reads a record of any of these layouts. What a publisher only assumes (`registered_country`) is not used. */
export function readRecord (record: unknown): RecordedPlace {
  const fields = fieldsOf(record)
  const country = countryOf(fields)
  const system = systemOf(fields) ?? systemOf(fieldsOf(fields['traits']))

  return { ...defined({ country }), ...system }
}

function countryOf ({ country, country_code: code }: Fields): string | undefined {
  return [fieldsOf(country)['iso_code'], code, country].map(codeOf).find(text => text !== undefined)
}

function codeOf (value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.toUpperCase() : ''

  return COUNTRY.test(text) && !NO_COUNTRIES.has(text) ? text : undefined
}

function systemOf (fields: Fields): Pick<RecordedPlace, 'asn' | 'organisation'> | undefined {
  const asn = [fields['autonomous_system_number'], fields['asn'], fields['as_number']].map(numberOf).find(number => number !== undefined)
  const names = ['autonomous_system_organization', 'as_name', 'as_organization', 'name'].map(key => fields[key])
  const organisation = names.find((name): name is string => typeof name === 'string' && name !== '')

  return asn === undefined ? undefined : { asn, ...defined({ organisation }) }
}

function numberOf (value: unknown): number | undefined {
  const [, digits] = typeof value === 'string' ? AS_NUMBER.exec(value) ?? [] : []
  const number = typeof value === 'number' ? value : Number(digits)

  return Number.isInteger(number) && number >= 1 && number <= MAX_AS_NUMBER ? number : undefined
}

function fieldsOf (value: unknown): Fields {
  return typeof value === 'object' && value !== null ? value as Fields : {}
}
