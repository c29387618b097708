import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isProbeError } from '../../../core/errors.ts'
import { PlaceFile } from '../../../crawler/places/place-file.ts'
import { mmdb } from '../../support/places/mmdb.ts'

const NETWORKS = {
  '1.1.1.0/24': { country: { iso_code: 'AU' }, autonomous_system_number: 13335, autonomous_system_organization: 'CLOUDFLARENET' },
  '10.0.0.0/8': { country: { iso_code: 'NL' } },
  '2a01:4f8::/32': { country: { iso_code: 'DE' }, autonomous_system_number: 24940 }
}
const CONTENT = mmdb({ type: 'Lab', networks: NETWORKS })

suite('a place file', () => {
  test('says what it is, when it was built and what it knows of an address', () => {
    const file = new PlaceFile('lab.mmdb', CONTENT)

    assert.deepEqual([file.type, new Date(file.builtAtMs).toISOString(), [...file.kinds]], ['Lab', '2026-11-28T00:00:00.000Z', ['country', 'as']])
    assert.deepEqual(file.lookUp('1.1.1.1'), { country: 'AU', asn: 13335, organisation: 'CLOUDFLARENET' })
    assert.deepEqual(file.lookUp('10.200.0.1'), { country: 'NL' })
    assert.deepEqual(file.lookUp('2a01:4f8:1::2'), { country: 'DE', asn: 24940 })
    assert.deepEqual([file.lookUp('1.1.2.1'), file.lookUp('2a01:4f9::1')], [{}, {}])
  })

  test('of IPv4 addresses knows no IPv6 address', () => {
    const file = new PlaceFile('v4.mmdb', mmdb({ ipVersion: 4, networks: { '32.0.0.0/3': { country_code: 'US' } } }))

    // Its first bytes are those of 42.1.4.248, which the file knows.
    assert.deepEqual([file.lookUp('42.1.4.248'), file.lookUp('2a01:4f8::1')], [{ country: 'US' }, {}])
  })

  test('of IPv6 addresses only has kinds as well', () => {
    assert.deepEqual([...new PlaceFile('v6.mmdb', mmdb({ networks: { '2a00::/16': { asn: 'AS3320' } } })).kinds], ['as'])
  })

  for (const [fault, content, reason] of [
    ['empty', Buffer.alloc(0), /no end/],
    ['of another format', Buffer.from('network,country\n1.1.1.0/24,AU\n'), /no end/],
    ['compressed', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(1_000, 7)]), /no end/],
    ['half written', CONTENT.subarray(0, CONTENT.length / 2), /no end/],
    ['without its beginning', CONTENT.subarray(600), /other sizes/],
    ['overwritten by a longer one that is half copied', Buffer.concat([Buffer.alloc(64, 1), CONTENT]), /other sizes/],
    ['without places', mmdb({ networks: { '1.1.1.0/24': { is_anonymous: true } } }), /none of its records/],
    ['without networks', mmdb({ networks: {} }), /none of its records/]
  ] as const) {
    test(`is refused with its name and the reason if it is ${fault}`, () => {
      assert.throws(() => new PlaceFile('lab.mmdb', content), err => isProbeError(err, 'PP_PLACES_INVALID') && err.message.startsWith('lab.mmdb is not used: ') && reason.test(err.message))
    })
  }

  test('is refused or answers, whatever its bytes are', () => {
    let [refused, answered] = [0, 0]

    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(CONTENT.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 }), (changes) => {
      const content = Buffer.from(CONTENT)
      changes.forEach(([at, byte]) => content.writeUInt8(byte, at))

      try {
        const file = new PlaceFile('lab.mmdb', content)
        answered++

        for (const ip of ['1.1.1.1', '10.1.1.1', '2a01:4f8::1', '255.255.255.255']) {
          lookUp(file, ip)
        }
      } catch (err) {
        assert.ok(isProbeError(err, 'PP_PLACES_INVALID'), String(err))
        refused++
      }
    }), { numRuns: 2_000 })

    assert.ok(refused > 100 && answered > 100, `${String(refused)} refused, ${String(answered)} answered`)
  })

  test('is refused or answers if its records are random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
      const whole = mmdb({ networks: { '0.0.0.0/1': { country_code: 'DE' }, '128.0.0.0/1': 'x'.repeat(400) } })
      whole.set(bytes, whole.indexOf('xxxx') - 3)

      try {
        lookUp(new PlaceFile('lab.mmdb', whole), '200.1.1.1')
      } catch (err) {
        assert.ok(isProbeError(err, 'PP_PLACES_INVALID'), String(err))
      }
    }), { numRuns: 1_000 })
  })

  test('whose records contain one another many times is not followed to the end', () => {
    // Each list has the next one twice: 2 to the power of 40 values.
    const lists = Array.from({ length: 40 }, (_, i) => Buffer.from([0x02, 0x04, ...pointer((i + 1) * 6), ...pointer((i + 1) * 6)]))
    const content = mmdb({ networks: { '0.0.0.0/1': { country_code: 'DE' }, '128.0.0.0/1': 'x'.repeat(400) } })
    const at = content.indexOf('xxxx') - 3
    const base = at - content.indexOf(Buffer.from('country_code')) + 2
    const bytes = Buffer.concat([...lists, Buffer.from([0x41, 0x61])])
    relocate(bytes, base).copy(content, at)

    assert.throws(() => new PlaceFile('lab.mmdb', content), err => isProbeError(err, 'PP_PLACES_INVALID') && err.message.includes('more than 1000 pointers'))
  })
})

function pointer (offset: number): number[] {
  return [0x20 | offset >> 8, offset & 0xff]
}

// Pointers count from the beginning of all records.
function relocate (bytes: Buffer, base: number): Buffer {
  const moved = Buffer.from(bytes)

  for (let i = 0; i < 40; i++) {
    for (const at of [i * 6 + 2, i * 6 + 4]) {
      const target = (((moved[at] ?? 0) & 7) << 8 | (moved[at + 1] ?? 0)) + base
      moved.set(pointer(target), at)
    }
  }

  return moved
}

// A damaged record is an error; everything else ends the test.
function lookUp (file: PlaceFile, ip: string): void {
  try {
    const { country = 'DE', asn = 1 } = file.lookUp(ip)
    assert.match(country, /^[A-Z]{2}$/)
    assert.ok(Number.isInteger(asn))
  } catch (err) {
    assert.ok(err instanceof Error && !(err instanceof assert.AssertionError), String(err))
  }
}
