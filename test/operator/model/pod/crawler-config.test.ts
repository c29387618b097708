import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlerConfig } from '../../../../core/contracts/process-config.ts'
import { ScanSpec } from '../../../../operator/api/scan-spec.ts'
import { crawlerConfigFor } from '../../../../operator/model/pod/crawler-config.ts'

suite('crawlerConfigFor', () => {
  test('passes the scan on unchanged, without the fields that only a cluster reads', () => {
    const { storage, pod, ...scan } = ScanSpec.parse({
      name: 'main',
      network: { preset: 'ipfs' },
      vantage: 'eu-west',
      active: { interval: '5m' },
      storage: { claim: 'known' },
      pod: { hostNetwork: true }
    })
    const bus = { embedded: { path: 'bus.sqlite' } }
    const config = crawlerConfigFor({ namespace: 'lab', name: 'amino' }, { ...scan, storage, pod }, { bus, topic: 'ipfs-nodes', admin: { port: 0 } })

    assert.deepEqual(config, { scanId: 'lab/amino/main', scan, bus, topic: 'ipfs-nodes', admin: { port: 0 } })
    assert.equal(CrawlerConfig.parse(config).scan.active.interval, '5m')
  })
})
