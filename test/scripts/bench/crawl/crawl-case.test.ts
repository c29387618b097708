import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseBenchOptions } from '../../../../scripts/bench/crawl/crawl-case.ts'

suite('options of bench:crawl', () => {
  test('without any, both strategies are measured, all alive and 45 % dead, three times', () => {
    const { cases, runs, json, profileDir } = parseBenchOptions([])

    assert.deepEqual(cases.map(({ strategy, dead }) => [strategy, dead]), [['Topology', 0], ['Topology', 0.45], ['Census', 0], ['Census', 0.45]])
    assert.ok(cases.every(({ peers, addresses, lane, concurrency }) => peers === 10_000 && addresses === 6 && lane === 'fast' && concurrency === 1_000))
    assert.deepEqual([runs, json, profileDir], [3, false, undefined])
  })

  test('lists give a case for each combination', () => {
    const { cases } = parseBenchOptions(['--lane', 'fast,full', '--addresses', '6,1', '--strategy', 'Census', '--dead', '0'])

    assert.deepEqual(cases.map(({ lane, addresses }) => [lane, addresses]), [['fast', 6], ['fast', 1], ['full', 6], ['full', 1]])
  })

  test('a Census can be measured with a third question, without its sample, with weakly known peers and with the heap of a pod', () => {
    const options = parseBenchOptions(['--strategy', 'Census', '--dead', '0', '--questions', '2,3', '--sample', 'off,on', '--weak', '3,20', '--memory', '1024'])

    assert.deepEqual(options.cases.map(({ questions, sample }) => [questions, sample]), [[2, false], [2, true], [3, false], [3, true]])
    assert.ok(options.cases.every(({ weak }) => weak.join() === '3,20'))
    assert.equal(options.memoryMib, 1_024)
    assert.ok(parseBenchOptions([]).cases.every(({ weak, questions, sample }) => weak.length === 0 && questions === 2 && sample))
  })

  test('a libp2p node gets fewer concurrent visits by default', () => {
    const concurrencyOf = (...argv: string[]): number[] => parseBenchOptions(['--lane', 'fast,full', '--strategy', 'Census', '--dead', '0', ...argv]).cases.map(each => each.concurrency)

    assert.deepEqual(concurrencyOf(), [1_000, 200])
    assert.deepEqual(concurrencyOf('--concurrency', '50'), [50, 50])
  })
})
