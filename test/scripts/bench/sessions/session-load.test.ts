import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sessionLoad } from '../../../../scripts/bench/sessions/session-load.ts'

const OPTIONS = { peers: 40, visits: 3_000, intervalS: 1_800, fromS: 1_767_225_600 }

suite('the load of a derivation of sessions', () => {
  test('has the visits of whole crawls, in their order, until there are enough', () => {
    const batches = [...sessionLoad(OPTIONS)]
    const counts = batches.map(({ visits }) => visits.length)
    const sum = counts.reduce((all, count) => all + count, 0)
    const ids = batches.map(({ visits, crawls }) => [...new Set([...visits, ...crawls].map(({ crawlId }) => crawlId))])

    assert.ok(sum >= OPTIONS.visits && sum - counts.at(-1)! < OPTIONS.visits, String(sum))
    assert.ok(ids.every(of => of.length <= 1))
    assert.deepEqual(ids.flat(), ids.flat().toSorted((a, b) => a - b))
  })

  test('has contacts, failures and confirmations, and is the same each time', () => {
    const visits = [...sessionLoad(OPTIONS)].flatMap(batch => batch.visits)

    assert.ok(visits.some(({ outcome }) => outcome === 'ok') && visits.some(({ outcome }) => outcome === 'timeout'))
    assert.ok(visits.some(({ source }) => source === 'confirmation'))
    assert.deepEqual([...sessionLoad(OPTIONS)].flatMap(batch => batch.visits), visits)
  })
})
