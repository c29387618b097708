import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MAX_PER_WINDOW, Sightings, WINDOW_MS } from '../../../crawler/passive/sightings.ts'

suite('Sightings', () => {
  test('records a peer once per source and window, by the window\'s start', () => {
    let now = Date.UTC(2026, 0, 1, 0, 9, 59)
    const sightings = new Sightings(() => now)
    const start = Date.UTC(2026, 0, 1) / 1_000

    assert.equal(sightings.note('a', 'inbound'), start)
    assert.equal(sightings.note('a', 'inbound'), undefined)
    assert.equal(sightings.note('a', 'mdns'), start)
    assert.equal(sightings.note('b', 'inbound'), start)
    now += 1_000
    assert.equal(sightings.note('a', 'inbound'), start + WINDOW_MS / 1_000)
  })

  test('refuses and counts sightings beyond the limit of a window, and continues in the next', () => {
    let now = 0
    const sightings = new Sightings(() => now)

    for (let i = 0; i < MAX_PER_WINDOW; i++) {
      sightings.note(String(i), 'inbound')
    }

    assert.equal(sightings.note('one more', 'inbound'), undefined)
    assert.equal(sightings.refused, 1)
    now += WINDOW_MS
    assert.notEqual(sightings.note('one more', 'inbound'), undefined)
  })
})
