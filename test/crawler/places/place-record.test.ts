import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readRecord } from '../../../crawler/places/place-record.ts'

suite('a record of a place file', () => {
  for (const [layout, record, place] of [
    ['GeoLite2-Country', { continent: { code: 'EU' }, country: { iso_code: 'DE', names: { en: 'Germany' } }, registered_country: { iso_code: 'FR' } }, { country: 'DE' }],
    ['GeoLite2-ASN', { autonomous_system_number: 13335, autonomous_system_organization: 'CLOUDFLARENET' }, { asn: 13335, organisation: 'CLOUDFLARENET' }],
    ['GeoIP2-Enterprise', { country: { iso_code: 'SE' }, traits: { autonomous_system_number: 29518, autonomous_system_organization: 'Bredband2 AB' } }, { country: 'SE', asn: 29518, organisation: 'Bredband2 AB' }],
    ['DBIP-Country-Lite', { continent: { code: 'NA' }, country: { iso_code: 'US', is_in_european_union: false } }, { country: 'US' }],
    ['DBIP-ASN-Lite', { autonomous_system_number: 24940, autonomous_system_organization: 'Hetzner Online GmbH' }, { asn: 24940, organisation: 'Hetzner Online GmbH' }],
    ['IPinfo Lite', { asn: 'AS174', as_name: 'Cogent Communications', as_domain: 'cogentco.com', country: 'Canada', country_code: 'CA', continent: 'North America' }, { country: 'CA', asn: 174, organisation: 'Cogent Communications' }],
    ['IPinfo country_asn', { country: 'JP', country_name: 'Japan', asn: 'AS2519', as_name: 'ARTERIA Networks Corporation' }, { country: 'JP', asn: 2519, organisation: 'ARTERIA Networks Corporation' }],
    ['IPinfo asn', { asn: 'AS13335', domain: 'cloudflare.com', name: 'Cloudflare, Inc.' }, { asn: 13335, organisation: 'Cloudflare, Inc.' }],
    ['ip-location-db', { country_code: 'au' }, { country: 'AU' }],
    ['where it is registered, but not where it is', { registered_country: { iso_code: 'US' } }, {}],
    ['no country', { country: { iso_code: 'ZZ' } }, {}],
    ['a region', { country: { iso_code: 'EU' }, country_code: 'AP' }, {}],
    ['a name of a country alone', { country: 'Canada' }, {}],
    ['no autonomous system', { autonomous_system_number: 0, autonomous_system_organization: 'nobody' }, {}],
    ['impossible numbers', { autonomous_system_number: 4_294_967_296, asn: 'AS-1', as_number: 1.5 }, {}],
    ['values of other types', { country: ['DE'], country_code: 49, asn: { number: 1 }, as_name: 7, traits: 'none' }, {}],
    ['an organisation that is no text', { asn: 'AS1', as_name: 7 }, { asn: 1 }],
    ['nothing', null, {}],
    ['a text', 'DE', {}],
    ['a list', ['DE'], {}]
  ] as const) {
    test(`says what it knows: ${layout}`, () => {
      assert.deepEqual(readRecord(record), place)
    })
  }
})
