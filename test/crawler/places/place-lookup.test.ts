import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { Place } from '../../../core/contracts/place.ts'
import { PlaceFile } from '../../../crawler/places/place-file.ts'
import { placeOf } from '../../../crawler/places/place-lookup.ts'
import { mmdb } from '../../support/places/mmdb.ts'
import type { Transport } from '../../../core/contracts/visit.ts'
import type { MmdbValue } from '../../support/places/mmdb.ts'

const COUNTRIES = fileOf('Countries', { '1.1.1.0/24': { country: { iso_code: 'AU' } }, '8.8.0.0/16': { country: { iso_code: 'US' } } })
const SYSTEMS = fileOf('Systems', { '1.1.1.0/24': { autonomous_system_number: 13335, autonomous_system_organization: 'CLOUDFLARENET' }, '9.9.9.0/24': { autonomous_system_number: 19281 } })
const RELAY = '/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8/p2p-circuit'

suite('the place of a connection', () => {
  test('is that of its IP address, by all files, with the files that know it', () => {
    assert.deepEqual(at('/ip4/1.1.1.1/tcp/4001', 'tcp', [COUNTRIES, SYSTEMS]), {
      country: 'AU',
      asn: 13335,
      organisation: 'CLOUDFLARENET',
      cloud: 'Cloudflare',
      source: 'Countries 2026-11-28, Systems 2026-11-28'
    })
  })

  test('is unknown where no file knows the address, and without what no file has', () => {
    assert.deepEqual(at('/ip4/8.8.8.8/udp/4001/quic-v1', 'quic-v1', [COUNTRIES, SYSTEMS]), { country: 'US', cloud: 'unknown', source: 'Countries 2026-11-28' })
    assert.deepEqual(at('/ip4/9.9.9.9/tcp/1', 'tcp', [COUNTRIES, SYSTEMS]), { country: 'unknown', asn: 19281, cloud: 'none', source: 'Systems 2026-11-28' })
    assert.deepEqual(at('/ip4/7.7.7.7/tcp/1', 'tcp', [COUNTRIES, SYSTEMS]), { country: 'unknown', cloud: 'unknown', source: '' })
    assert.deepEqual(at('/ip4/1.1.1.1/tcp/1', 'tcp', [COUNTRIES]), { country: 'AU', source: 'Countries 2026-11-28' })
    assert.deepEqual(at('/ip4/1.1.1.1/tcp/1', 'tcp', [SYSTEMS]), { asn: 13335, organisation: 'CLOUDFLARENET', cloud: 'Cloudflare', source: 'Systems 2026-11-28' })
  })

  test('is by the first file that knows it', () => {
    const own = fileOf('Own', { '8.8.8.0/24': { country_code: 'NL', asn: 'AS64512', as_name: 'lab' } })

    assert.deepEqual(at('/ip4/8.8.8.8/tcp/1', 'tcp', [own, COUNTRIES, SYSTEMS]), { country: 'NL', asn: 64512, organisation: 'lab', cloud: 'none', source: 'Own 2026-11-28' })
    assert.equal(at('/ip4/8.8.9.9/tcp/1', 'tcp', [own, COUNTRIES])?.country, 'US')
  })

  test('has one organisation: that of the file that gave the number', () => {
    const bare = fileOf('Bare', { '1.1.1.0/24': { asn: 'AS64512' } })

    assert.deepEqual(at('/ip4/1.1.1.1/tcp/1', 'tcp', [bare, SYSTEMS]), { asn: 64512, cloud: 'none', source: 'Bare 2026-11-28' })
  })

  for (const [what, address, transport] of [
    ['a relay, whose address is not the peer\'s', `/ip4/1.1.1.1/tcp/4001${RELAY}`, 'relay'],
    ['a direct connection that a relay arranged', `/ip4/1.1.1.1/tcp/4001${RELAY}/webrtc`, 'webrtc'],
    ['a name that was not resolved', '/dns4/example.com/tcp/443/wss', 'wss'],
    ['a private address', '/ip4/192.168.1.1/tcp/4001', 'tcp'],
    ['a loopback address', '/ip4/127.0.0.1/tcp/4001', 'tcp'],
    ['an address that no peer has', '/ip4/224.0.0.1/tcp/4001', 'tcp'],
    ['an address of another kind', '/unix/tmp.sock', 'other']
  ] as const) {
    test(`does not exist for ${what}`, () => {
      assert.equal(at(address, transport, [COUNTRIES, SYSTEMS]), undefined)
    })
  }

  test('does not exist without files', () => {
    assert.equal(at('/ip4/1.1.1.1/tcp/1', 'tcp', []), undefined)
  })

  test('exists for a private address that a file has: the file of a network of one\'s own', () => {
    const lab = fileOf('Lab', { '10.0.0.0/8': { country_code: 'CH' } })

    assert.deepEqual(at('/ip4/10.1.2.3/tcp/1', 'tcp', [lab]), { country: 'CH', source: 'Lab 2026-11-28' })
    assert.equal(at('/ip4/192.168.1.1/tcp/1', 'tcp', [lab]), undefined)
  })

  for (const ip6 of ['::ffff:1.1.1.1', '64:ff9b::1.1.1.1', '2002:101:101::1']) {
    test(`is that of the IPv4 address in ${ip6}`, () => {
      assert.equal(at(`/ip6/${ip6}/tcp/1`, 'tcp', [COUNTRIES])?.country, 'AU')
    })
  }

  test('has clean and short texts, whatever the file has', () => {
    const hostile = new PlaceFile('hostile.mmdb', mmdb({ type: `\u001b[2J${'T'.repeat(300)}`, networks: { '1.0.0.0/8': { asn: 'AS1', as_name: `=cmd()\u0000\u001b[31m\ud800${'x'.repeat(1_000)}` } } }))
    const place = at('/ip4/1.1.1.1/tcp/1', 'tcp', [hostile, COUNTRIES, SYSTEMS])

    assert.ok(Place.safeParse(place).success)
    assert.doesNotMatch(JSON.stringify(place), /\\u00|\\ud8/)
    assert.deepEqual([place?.organisation?.length, Number(place?.source.length) <= 160], [128, true])
  })

  test('is unknown where the record is damaged, which is counted', () => {
    let damaged = 0
    const broken = { type: 'Broken', builtAtMs: 0, kinds: new Set(['country'] as const), lookUp: () => {
      throw new TypeError('damaged')
    } }
    const place = placeOf({ address: bytesOf('/ip4/1.1.1.1/tcp/1'), transport: 'tcp' }, { files: [broken, SYSTEMS], onDamage: () => {
      damaged++
    } })

    assert.deepEqual([place?.country, place?.asn, damaged], ['unknown', 13335, 1])
  })
})

function fileOf (type: string, networks: Record<string, MmdbValue>): PlaceFile {
  return new PlaceFile(`${type}.mmdb`, mmdb({ type, networks }))
}

function at (address: string, transport: Transport, files: readonly PlaceFile[]): Place | undefined {
  return placeOf({ address: bytesOf(address), transport }, { files, onDamage: () => {
    assert.fail('a record is damaged')
  } })
}

function bytesOf (text: string): Uint8Array {
  return multiaddr(text).bytes
}
