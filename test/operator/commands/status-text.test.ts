import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { statusText } from '../../../operator/commands/status-text.ts'
import { probeObject } from '../../support/cluster/cluster-probe.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'

const condition = (type: string, status: Condition['status'], reason: string, message: string): Condition =>
  ({ type, status, reason, message, observedGeneration: 3, lastTransitionTime: '2026-01-01T00:00:00Z' })

suite('statusText', () => {
  test('tells the first cause and what to do, and shows text of others as it is', () => {
    const ready = condition('Ready', 'False', 'SecretMissing', 'Secret lab/mysql does not exist \u001b[31m')
    const text = statusText({ ...probeObject(), status: { observedGeneration: 3, conditions: [ready] } })

    assert.match(text, /^PeerProbe lab\/amino: not ready, SecretMissing\n {2}Secret lab\/mysql does not exist \\u\{1b\}\[31m\n {2}What to do: Create the Secret with the key that the message names\.\n\nCONDITION/)
    assert.doesNotMatch(text, /has not seen/)
  })

  test('shows scans with their last crawls, consumers, lag and topic', () => {
    const scans = [
      { name: 'main', deployment: 'd', ready: true, peerId: '12D3KooWx', lastCrawl: { finishedAt: '2026-01-01T00:00:00Z', durationSeconds: 61, contacted: 7_001, dhtServers: 5_002 } },
      { name: 'new', deployment: 'e', ready: false }
    ]
    const status = { observedGeneration: 2, conditions: [condition('Ready', 'True', 'Running', 'everything runs')], scans, replicas: 2, consumer: { ready: 1 }, lag: 1_000, kafka: { topic: 'ipfs-nodes', bootstrapServers: 'k:9092' } }
    const text = statusText({ ...probeObject(), status })

    assert.match(text, /^PeerProbe lab\/amino: ready\n {2}everything runs\n {2}The operator has not seen the last change yet\.\n\n/)
    assert.match(text, /\nmain +yes +2026-01-01T00:00:00Z +61 +7001 +5002 +12D3KooWx\nnew +no +- +- +- +- +-\n/)
    assert.match(text, /\n1\/2 +up to 1000 +ipfs-nodes +k:9092\n$/)
  })

  test('asks for the operator where there is no status', () => {
    assert.match(statusText(probeObject()), /no status yet\. Does the operator run/)
  })
})
