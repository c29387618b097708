import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../../core/contracts/scan.ts'

const problemsOf = (input: unknown): string[] => Scan.safeParse(input).error?.issues.map(issue => issue.path.join('.')) ?? []

suite('Scan', () => {
  test('needs no more than a name and a network', () => {
    const scan = Scan.parse({ name: 'main', network: { preset: 'ipfs' } })

    assert.equal(scan.active.interval, '10m')
    assert.equal(scan.active.strategy, 'Census')
    assert.equal(scan.active.concurrency, 1_000)
    assert.equal(scan.passive.enabled, true)
    assert.equal(scan.addresses.policy, 'Public')
  })

  test('takes either a preset or a network of one\'s own', () => {
    const own = { name: 'lab', bootstrapPeers: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'] }

    assert.deepEqual(problemsOf({ name: 'main', network: own }), [])
    assert.deepEqual(problemsOf({ name: 'main', network: {} }), ['network'])
    assert.ok(problemsOf({ name: 'main', network: { preset: 'ipfs', ...own } }).length > 0)
    assert.ok(problemsOf({ name: 'main', network: { name: 'lab' } }).length > 0)
    assert.ok(problemsOf({ name: 'main', network: { preset: 'ipfs', protocols: ['/x/kad/1.0.0'] } }).includes('network.protocols'))
  })

  test('has routing tables only where they are read whole', () => {
    const problems = (active: object): string[] => problemsOf({ name: 'main', network: { preset: 'ipfs' }, active })

    assert.deepEqual([problems({ neighbours: true }), problems({ neighbours: true, strategy: 'Topology' }), problems({ neighbours: false })], [['active.neighbours'], [], []])
  })

  test('refuses unknown fields, wrong durations and a scan that does nothing, each by its path', () => {
    assert.deepEqual(problemsOf({ name: 'main', network: { preset: 'ipfs' }, active: { intervall: '1m' } }), ['active'])
    assert.deepEqual(problemsOf({ name: 'main', network: { preset: 'ipfs' }, active: { interval: '10 minutes' } }), ['active.interval'])
    assert.deepEqual(problemsOf({ name: 'main', network: { preset: 'ipfs' }, active: { enabled: false }, passive: { enabled: false } }), ['active.enabled'])
    assert.deepEqual(problemsOf({ name: 'Main Scan', network: { preset: 'ipfs' } }), ['name'])
    assert.deepEqual(problemsOf({ name: 'main', network: { preset: 'ipfs' }, addresses: { deny: ['10.0.0.0'] } }), ['addresses.deny.0'])
  })
})
