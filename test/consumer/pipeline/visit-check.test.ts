import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isVisit } from '../../../consumer/pipeline/visit-check.ts'
import { MESSAGE_LIMITS, Visit } from '../../../core/contracts/visit.ts'
import { anyVisit, visitOf } from '../../support/consumer/messages.ts'

const RUNS = 2_000

type Body = Record<string, unknown>

const asBody = (visit: Visit): Body => JSON.parse(JSON.stringify(visit)) as Body

/** All objects and lists of a body, itself first. */
function containersOf (value: unknown): Body[] {
  return typeof value === 'object' && value !== null ? [value as Body, ...Object.values(value).flatMap(containersOf)] : []
}

// Values at the edges of what the contract allows, and beyond them.
const anyJunk = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer({ min: -1, max: 260 }).map(length => 'a'.repeat(Math.max(0, length))),
  fc.constantFrom(255, 256, 257, 511, 512, 513).map(length => 'a'.repeat(length)),
  fc.constantFrom(16, 32, 33, 64, 65, 128, 256, 257).map(length => '\u{1F600}'.repeat(length)),
  fc.constantFrom(-1, 0, -0, 1, 2, 3, 0.5, 86_400_000, 86_400_001, 4_294_967_295, 4_294_967_296, 2 ** 53, 1e300),
  fc.constantFrom(127, 128, 129, 256, 257).map(length => Array.from({ length }, () => '/a')),
  fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00Z', 'ok', 'OK', 'tcp', 'fast', '\uD800', '__proto__')
)

suite('isVisit', () => {
  test('passes every valid visit', () => {
    fc.assert(fc.property(anyVisit, (visit) => {
      assert.equal(isVisit(asBody(visit)), true)
    }))
  })

  test('judges as the schema does whatever stands in the place of any field', () => {
    let passed = 0
    fc.assert(fc.property(anyVisit, fc.nat(), fc.nat(), fc.option(anyJunk, { nil: undefined }), (visit, where, which, junk) => {
      const body = asBody(visit)
      const containers = containersOf(body)
      const container = containers[where % containers.length]!
      const keys = Object.keys(container)
      const key = keys[which % keys.length] ?? 'unknown'

      // What is undefined is left out of a message.
      container[key] = junk
      const text = JSON.stringify(body)

      const expected = Visit.safeParse(JSON.parse(text)).success
      passed += Number(expected)
      assert.equal(isVisit(JSON.parse(text)), expected, text)
    }), { numRuns: RUNS })

    // Otherwise it compared refusals alone.
    assert.ok(passed > RUNS / 20 && passed < RUNS * 19 / 20, String(passed))
  })

  test('counts characters as the schema does', () => {
    const longest = '\u{1F600}'.repeat(MESSAGE_LIMITS.detailChars)

    assert.equal(isVisit(asBody(visitOf({ detail: longest }))), true)
    assert.equal(isVisit({ ...asBody(visitOf()), detail: `${longest}a` }), false)
  })

  test('fills in defaults', () => {
    const body = asBody(visitOf())
    delete body['moreAddresses']

    assert.equal(isVisit(body), true)
    assert.equal(body['moreAddresses'], 0)
  })
})
