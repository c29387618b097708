import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Scan } from '../../core/contracts/scan.ts'
import { isProbeError } from '../../core/errors.ts'
import { VERSION } from '../../core/process/build-info.ts'
import { compileScan } from '../../crawler/compile-scan.ts'

suite('compileScan', () => {
  test('turns durations into milliseconds and a preset into its network', () => {
    const { network, intervalMs, crawl, visitor } = compileScan(Scan.parse({ name: 'main', network: { preset: 'ipfs' }, contact: 'ops@example.org' }))

    assert.equal(network.name, 'ipfs')
    assert.deepEqual(visitor.kadProtocols, ['/ipfs/kad/1.0.0'])
    assert.equal(visitor.agentVersion, `peerprobe/${VERSION} (+ops@example.org)`)
    assert.equal(intervalMs, 600_000)
    assert.deepEqual(crawl, { strategy: 'Census', concurrency: 1_000, maxPeers: 500_000, maxDurationMs: 3_600_000, visitTimeoutMs: 15_000, confirmAfterMs: [20_000, 60_000], asksSample: true })
    assert.deepEqual([visitor.dialTimeoutMs, visitor.visitTimeoutMs], [5_000, 15_000])
  })

  test('confirms failures after 20 and 60 seconds, sooner in short intervals, or never', () => {
    const confirmed = (active: object): readonly number[] | undefined => compileScan(Scan.parse({ name: 'main', network: { preset: 'ipfs' }, active })).crawl.confirmAfterMs

    assert.deepEqual(confirmed({ interval: '2m' }), [20_000, 60_000])
    assert.deepEqual(confirmed({ interval: '1m' }), [10_000, 30_000])
    assert.deepEqual(confirmed({ confirm: false }), [])
  })

  test('rejects a preset that does not exist, with a list of all presets', () => {
    assert.throws(() => compileScan(Scan.parse({ name: 'main', network: { preset: 'ipsf' } })), err => isProbeError(err, 'PP_NETWORK_UNKNOWN') && err.message.includes('filecoin'))
  })
})
