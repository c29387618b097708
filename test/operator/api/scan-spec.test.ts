import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'
import { ScanSpec } from '../../../operator/api/scan-spec.ts'
import { problems, wrongFields } from './problems.ts'

const scan = (fields: object): object => ({ name: 'main', network: { preset: 'ipfs' }, ...fields })

suite('ScanSpec', () => {
  test('is the crawler\'s scan plus the fields that only a cluster reads', () => {
    const { pod, ...rest } = ScanSpec.parse(scan({ storage: { claim: 'known' } }))

    assert.deepEqual(pod, { hostNetwork: false })
    assert.deepEqual(rest, { ...Scan.parse(scan({})), storage: { claim: 'known' } })
  })

  test('has something enabled, and uses multicast only with a passive node', () => {
    assert.deepEqual(wrongFields(ScanSpec, scan({ active: { enabled: false }, passive: { enabled: false } })), ['active.enabled'])
    assert.deepEqual(wrongFields(ScanSpec, scan({ active: { enabled: false } })), [])
    assert.deepEqual(wrongFields(ScanSpec, scan({ passive: { mdns: true, enabled: false } })), ['passive.mdns'])
  })

  test('enforces the rules of the network', () => {
    assert.deepEqual(wrongFields(ScanSpec, scan({ network: {} })), ['network'])
    assert.deepEqual(wrongFields(ScanSpec, scan({ network: { preset: 'ipfs', protocols: ['/x/kad/1.0.0'] } })), ['network.protocols'])
    const own = { name: 'lab', bootstrapPeers: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'] }
    assert.deepEqual(wrongFields(ScanSpec, scan({ network: own })), ['network.protocols'])
    assert.deepEqual(wrongFields(ScanSpec, scan({ network: own, passive: { enabled: false } })), [])
  })

  test('limits durations to what timers and peers allow', () => {
    const active = { interval: '10ms', maxDuration: '9999h', dialTimeout: '5m', visitTimeout: '0s' }

    assert.deepEqual(problems(ScanSpec, scan({ active })), [
      'active.interval: must be between 1s and 480h',
      'active.maxDuration: must be between 1s and 480h',
      'active.dialTimeout: must be between 100ms and 2m',
      'active.visitTimeout: must be between 100ms and 10m'
    ])
  })
})
