import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crawlOrder } from '../../../../operator/commands/crawl-now/crawl-order.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { CrawlOrder } from '../../../../operator/commands/crawl-now/crawl-order.ts'

const NOW = Date.parse('2026-11-30T21:00:00Z')
const SCANS = { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }, { name: 'listen', network: { preset: 'ipfs' }, active: { enabled: false } }] }
const order = (scan?: string, spec: object = {}, metadata: object = {}): CrawlOrder => crawlOrder(probeObject({ ...SCANS, ...spec }, metadata), scan, NOW)
const refused = (message: RegExp): object => ({ code: 'PP_CONFIG_INVALID', message })

suite('crawlOrder', () => {
  test('asks for every scan that crawls, or for one', () => {
    assert.deepEqual(order(), { annotation: 'peerprobe.dev/crawl-now', requestedAt: '2026-11-30T21:00:00.000Z', scans: ['main', 'fil'] })
    assert.deepEqual(order('fil'), { annotation: 'crawl-now.peerprobe.dev/fil', requestedAt: '2026-11-30T21:00:00.000Z', scans: ['fil'] })
  })

  test('asks later than the request before it, also if that clock is ahead, and ignores a value that cannot be read', () => {
    const annotations = { 'peerprobe.dev/crawl-now': '2026-11-30T22:00:00Z', 'crawl-now.peerprobe.dev/main': '2026-11-30T21:30:00Z' }

    assert.equal(order('main', {}, { annotations }).requestedAt, '2026-11-30T22:00:00.001Z')
    assert.equal(order('main', {}, { annotations: { 'peerprobe.dev/crawl-now': 'soon' } }).requestedAt, '2026-11-30T21:00:00.000Z')
  })

  test('names the field and the way out where nothing would come of it', () => {
    assert.throws(() => order('mian'), refused(/^PeerProbe lab\/amino: spec\.scans has no scan mian; it has: main, fil, listen$/))
    assert.throws(() => order('listen'), refused(/scan listen does not crawl: its active\.enabled is false/))
    assert.throws(() => order(undefined, { scans: SCANS.scans.slice(2) }), refused(/no scan of spec\.scans has active\.enabled/))
    assert.throws(() => order('main', { suspend: true }), refused(/spec\.suspend is true.*set it to false/))
    assert.throws(() => order('main', {}, { annotations: { 'peerprobe.dev/pause': 'true' } }), refused(/annotation peerprobe\.dev\/pause is true.*kubectl annotate peerprobe amino peerprobe\.dev\/pause-/))
    assert.throws(() => order('main', {}, { deletionTimestamp: '2026-11-30T20:00:00Z' }), refused(/it is being deleted/))
  })
})
