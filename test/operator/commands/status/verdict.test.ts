import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { actionFor, verdictOf } from '../../../../operator/commands/status/verdict.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { Verdict } from '../../../../operator/commands/status/verdict.ts'

const NOW = Date.parse('2026-11-30T21:00:00Z')
const READY = { type: 'Ready', status: 'True', reason: 'Running', message: 'everything runs' }

function verdict (ready: object | undefined, status: object = {}, spec: object = {}): Verdict {
  const conditions = ready === undefined ? [] : [{ ...READY, ...ready }]

  return verdictOf({ ...probeObject(spec), status: { observedGeneration: 3, conditions, ...status } }, NOW)
}

suite('verdictOf', () => {
  test('is healthy where Ready is, and nothing is to do', () => {
    assert.deepEqual(verdict({}), { state: 'healthy', reason: 'Running', message: 'everything runs', action: null })
  })

  test('says what is wrong and what to do, by the code, the state, or that it is on its way', () => {
    assert.match(verdict({ status: 'False', reason: 'SecretMissing', message: 'm' }).action ?? '', /^Create the Secret/)
    assert.match(verdict({ status: 'Unknown', reason: 'Paused' }).action ?? '', /^Remove the annotation peerprobe\.dev\/pause/)
    assert.match(verdict({ status: 'False', reason: 'Suspended' }).action ?? '', /spec\.suspend/)
    assert.match(verdict({ status: 'False', reason: 'Progressing' }).action ?? '', /kubectl peerprobe status amino --wait/)
    assert.equal(actionFor('Running'), undefined)
  })

  test('looks for the operator where there is no status, or one of before the last change', () => {
    assert.deepEqual([verdict(undefined), verdict({}, { observedGeneration: 2 })].map(({ state, reason }) => [state, reason]), [['unhealthy', 'NoStatus'], ['unhealthy', 'ChangeNotSeen']])
    assert.match(verdict({}, { observedGeneration: 2 }).action ?? '', /app\.kubernetes\.io\/name=peerprobe-operator/)
  })

  test('notices a crawler that runs and crawls no more, and no one that may be in a long crawl', () => {
    const after = (minutes: number, spec: object = {}): Verdict => verdict({}, { scans: [{ name: 'main', ready: true, lastCrawl: { finishedAt: new Date(NOW - minutes * 60_000).toISOString() } }] }, spec)

    // An interval of 10 min and a limit of 1 h.
    assert.equal(after(74).state, 'healthy')
    assert.equal(after(76).reason, 'CrawlLate')
    assert.match(after(76).action ?? '', /kubectl peerprobe logs amino --scan main/)
    assert.equal(after(76, { scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { interval: '2h' } }] }).state, 'healthy')
    assert.equal(after(600, { scans: [{ name: 'main', network: { preset: 'ipfs' }, active: { enabled: false } }] }).state, 'healthy')
    assert.equal(verdict({}, { scans: [{ name: 'main', ready: true }] }).state, 'healthy')
  })

  test('names a poor crawl and what somebody holds, although all runs', () => {
    const poor = { ...READY, type: 'CrawlersReady', reason: 'PoorCrawl', message: 'last crawl of main: NoBootstrap: x' }
    const { state, action } = verdict({}, { conditions: [READY, poor], scans: [{ name: 'main', notes: [{ reason: 'NoBootstrap', message: 'x' }] }] })
    assert.equal(state, 'degraded')
    assert.equal(action, actionFor('NoBootstrap'))
    const held = verdict({}, { conditions: [READY, { ...READY, type: 'KafkaReady', reason: 'Unmanaged', message: 'topic is unmanaged' }] })

    assert.deepEqual([held.state, held.message], ['degraded', 'topic is unmanaged'])
  })
})
