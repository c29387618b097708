import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { VISIT_TYPE, Visit } from '../../../core/contracts/visit.ts'
import { consumeFigures, consumeTable } from '../../../scripts/bench/consume/consume-result.ts'
import { ADDRESSES, loadMessage, loadVisit } from '../../../scripts/bench/consume/visit-load.ts'
import { markdownTable } from '../../../scripts/bench/markdown-table.ts'
import { medianOf } from '../../../scripts/bench/median.ts'
import { cpuMsOf, peakRssMbOf } from '../../../scripts/bench/process-cost.ts'

const figures = consumeFigures({ messages: 1_000, rows: 7_000, seconds: 2, processCpuMs: 70, serverCpuMs: 140, rssMb: 200 })

suite('the figures of a consumer', () => {
  test('are for each second and each row', () => {
    assert.deepEqual(figures, { messagesPerSecond: 500, rowsPerSecond: 3_500, processMicrosPerRow: 10, serverMicrosPerRow: 20, rssMb: 200 })
  })

  test('have the median of each separately', () => {
    const runs = [1, 9, 4].map(n => ({ ...figures, messagesPerSecond: n, rssMb: 10 - n }))

    assert.equal(medianOf(runs).messagesPerSecond, 4)
    assert.equal(medianOf(runs).rssMb, 6)
  })

  test('compare designs under the same load', () => {
    const table = consumeTable([
      { design: 'batched', load: 'new peers', figures },
      { design: 'naive', load: 'new peers', figures: { ...figures, messagesPerSecond: 50 } },
      { design: 'batched', load: 'peers seen again', figures }
    ]).split('\n').map(line => line.split('|').map(cell => cell.trim()))

    assert.deepEqual(table.slice(2).map(row => row[4]), ['10.0', '1.0', ''])
  })
})

test('the load is valid visits, each of a different peer, with six addresses', () => {
  const visits = [1, 2, 300].map(peer => loadVisit(peer, 1_767_225_600))

  assert.deepEqual(visits.map(visit => Visit.parse(JSON.parse(String(loadMessage(visit).value)))), visits)
  assert.equal(new Set(visits.map(({ nodeId }) => nodeId)).size, 3)
  assert.ok(visits.every(({ identify }) => identify?.listenAddresses.length === ADDRESSES))
  assert.equal(loadMessage(visits[0]!).headers['ce_type'], VISIT_TYPE)
})

test('the cost of a process grows with its work', () => {
  const before = cpuMsOf(process.pid)
  const until = performance.now() + 60_000

  while (cpuMsOf(process.pid) === before && performance.now() < until) {
    JSON.parse(JSON.stringify(Array.from({ length: 10_000 }, (_, i) => i)))
  }

  assert.ok(cpuMsOf(process.pid) > before)
  assert.ok(peakRssMbOf(process.pid) > 10)
})

test('a table is aligned by its longest cells', () => {
  assert.equal(markdownTable(['a', 'long'], [['bcd', 'e']]), '|   a | long |\n| --- | ---- |\n| bcd |    e |')
})
