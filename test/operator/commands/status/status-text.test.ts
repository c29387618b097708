import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { defined } from '../../../../core/defined.ts'
import { probeReport } from '../../../../operator/commands/status/probe-report.ts'
import { statusText } from '../../../../operator/commands/status/status-text.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { Warning } from '../../../../operator/commands/status/warnings.ts'
import type { Condition } from '../../../../operator/reconcile/conditions/conditions.ts'

const NOW = Date.parse('2026-01-01T00:03:00Z')

const condition = (type: string, status: Condition['status'], reason: string, message: string): Condition =>
  ({ type, status, reason, message, observedGeneration: 3, lastTransitionTime: '2026-01-01T00:00:00Z' })

function textOf (status?: object, warnings: Warning[] | null = []): string {
  return statusText(probeReport({ ...probeObject(), ...defined({ status }) }, warnings, NOW), NOW)
}

suite('statusText', () => {
  test('begins with the first cause and what to do, and shows text of others as it is', () => {
    const ready = condition('Ready', 'False', 'SecretMissing', 'Secret lab/mysql does not exist \u001b[31m')
    const text = textOf({ observedGeneration: 3, conditions: [ready] })
    const head = /^PeerProbe lab\/amino is not ready \(SecretMissing\): Secret lab\/mysql does not exist \\u\{1b\}\[31m\n {2}What to do: Create the Secret/

    assert.match(text, head)
    assert.ok(!text.includes('\u001b'))
  })

  test('shows figures, scans with their last crawls and requests, consumers, what it holds, and warnings', () => {
    const lastCrawl = { finishedAt: '2026-01-01T00:00:00Z', durationSeconds: 61, contacted: 7_001, dhtServers: 5_002 }
    const status = {
      observedGeneration: 3,
      conditions: [condition('Ready', 'True', 'Running', 'everything runs')],
      scans: [
        { name: 'main', deployment: 'd', ready: true, peerId: '12D3KooWx', crawlNow: { requestedAt: '2026-01-01T00:02:00Z', state: 'Running', crawlId: 7 }, lastCrawl },
        { name: 'new', deployment: 'e', ready: false, notes: [{ reason: 'NoBootstrap', message: 'x\u0007' }] }
      ],
      peers: 7_001,
      lastCrawlTime: lastCrawl.finishedAt,
      replicas: 2,
      consumer: { ready: 1 },
      lag: 1_000,
      kafka: { topic: 'ipfs-nodes', bootstrapServers: 'k:9092' },
      claim: { kafka: { 'k:9092': 'x' }, topic: { name: 'ipfs-nodes', since: '2026-01-01T00:00:00Z' }, group: { name: 'g', since: '2026-01-01T00:00:00Z' }, database: { name: 'db/ipfs', since: '2026-01-01T00:00:00Z' } }
    }
    const text = textOf(status, [{ time: '2026-01-01T00:01:00Z', object: 'Pod amino-consumer-1', reason: 'BackOff', note: 'back-off\u0007' }])

    assert.match(text, /^PeerProbe lab\/amino is healthy: everything runs\n {2}crawlers 1\/1, consumers 1\/1, peers 7001, last crawl 3 min 00 s ago, lag up to 1000\n/)
    assert.match(text, /\nmain +yes +2026-01-01T00:00:00Z +61 +7001 +5002 +Running +12D3KooWx\nnew +no +- +- +- +- +- +-\n/)
    assert.match(text, /\n {2}new, last crawl: NoBootstrap: x\\u\{7\}\n {4}What to do: /)
    assert.match(text, /\n1\/1 +up to 1000 +ipfs-nodes +k:9092\n/)
    assert.match(text, /\nHOLDS +SINCE +NAME\ntopic +2026-01-01T00:00:00Z +ipfs-nodes\ngroup .*g\ndatabase .*db\/ipfs\n/)
    assert.match(text, /\nBackOff +2026-01-01T00:01:00Z +Pod amino-consumer-1 +back-off\\u\{7\}\n$/)
  })

  test('says that events may not be read, and nothing of parts where there is no status', () => {
    assert.match(textOf({ observedGeneration: 3, conditions: [condition('Ready', 'True', 'Running', 'm')] }, null), /\nWARNINGS +not shown: you may not list events .* lab\n$/)
    assert.equal(textOf().split('\n').length, 3)
    assert.match(textOf(), /^PeerProbe lab\/amino is not ready \(NoStatus\): .*\n {2}What to do: Check that the operator runs/)
  })

  test('wants nothing of what is suspended', () => {
    const { crawlers, consumers } = probeReport(probeObject({ suspend: true }), [], NOW)

    assert.deepEqual([crawlers, consumers], [{ ready: 0, wanted: 0 }, { ready: 0, wanted: 0 }])
  })
})
