import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { figuresOf, formatTable } from '../../../../scripts/bench/crawl/crawl-result.ts'
import { medianOf } from '../../../../scripts/bench/median.ts'
import type { CrawlCase } from '../../../../scripts/bench/crawl/crawl-case.ts'
import type { CrawlCounts, CrawlFigures } from '../../../../scripts/bench/crawl/crawl-result.ts'

const COUNTS: CrawlCounts = { contacted: 100, outcomes: { ok: 100 }, requests: 1_000, visits: 180, seconds: 4, cpuMs: 200, startCpuMs: 900, rssMb: 300 }
const CASE: CrawlCase = { peers: 200, addresses: 6, dead: 0.45, weak: [], questions: 2, sample: true, strategy: 'Topology', lane: 'fast', concurrency: 1_000 }

const REFERENCE = { contactable: 110, serversCpuMs: 250 }

const figures = (changed: Partial<CrawlFigures>): CrawlFigures => ({ ...figuresOf(COUNTS, REFERENCE), ...changed })

suite('results of bench:crawl', () => {
  test('figures are for each contacted peer, of those that can be contacted', () => {
    assert.deepEqual(figuresOf(COUNTS, REFERENCE), {
      peersPerSecond: 25,
      cpuMsPerPeer: 2,
      startCpuMs: 900,
      cpuToServers: 0.8,
      requestsPerPeer: 10,
      visitsPerPeer: 1.8,
      foundShare: 100 / 110,
      coverage: NaN,
      seconds: 4,
      rssMb: 300
    })
  })

  test('each median is a measured value, whatever the order of the runs', () => {
    const runs = [figures({ seconds: 9, rssMb: 1 }), figures({ seconds: 3, rssMb: 3 }), figures({ seconds: 5, rssMb: 2 })]

    assert.deepEqual([medianOf(runs).seconds, medianOf(runs).rssMb], [5, 2])
    assert.equal(medianOf(runs.slice(0, 2)).seconds, 3)
    assert.equal(medianOf(runs.slice(0, 1)).seconds, 9)
  })

  test('a table has a row for each case, and compares seconds with the first', () => {
    const median = figuresOf(COUNTS, REFERENCE)
    const lines = formatTable([{ case: CASE, runs: [], median }, { case: { ...CASE, strategy: 'Census' }, runs: [], median: { ...median, seconds: 6 } }]).split('\n')

    assert.equal(lines.length, 4)
    assert.equal(new Set(lines.map(line => line.length)).size, 1)
    assert.match(lines[2]!, /fast \| Topology .* 45 % .* 2\.00 .* 0\.9091 .* 1\.00 \|/)
    assert.match(lines[3]!, /Census .* 6\.0 \|  1\.50 \|/)
  })
})
