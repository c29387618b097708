import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { suite, test } from 'node:test'
import { ConsumerConfig, CrawlerConfig, DailyBackupConfig } from '../../core/contracts/process-config.ts'
import { planFor } from '../../local/plan.ts'
import { API_VERSION, KIND, PeerProbe } from '../../operator/api/v1alpha1.ts'
import type { Backends } from '../../local/backends.ts'

const backends: Backends = { bus: { embedded: { path: 'data/bus.sqlite' } }, store: { sqlite: { path: 'data/peerprobe.sqlite' } } }
const folder = { dumpFolder: 'data/dumps', stateFolder: 'data/state', backupFolder: 'data/backups' }
const probe = (spec: object): PeerProbe => PeerProbe.parse({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: 'amino' },
  spec: { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'fil', network: { preset: 'filecoin' } }], ...spec }
})

suite('planFor', () => {
  test('runs a consumer, then a crawler for each scan, with valid configurations', () => {
    const { topics, children } = planFor(probe({}), backends, folder, { listen: '127.0.0.1' })

    assert.deepEqual(topics.map(({ name, partitions }) => [name, partitions]), [['ipfs-nodes', 3], ['ipfs-nodes-dead-letters', 1]])
    assert.deepEqual(children.map(({ kind, name }) => [kind, name]), [['consumer', 'amino-consumer'], ['crawler', 'amino-crawler-main'], ['crawler', 'amino-crawler-fil']])

    for (const child of children) {
      const config = child.kind === 'crawler' ? CrawlerConfig.parse(child.config) : ConsumerConfig.parse(child.config)
      assert.deepEqual(config.bus, backends.bus)
      assert.equal(config.topic, 'ipfs-nodes')
      assert.deepEqual(config.admin, { host: '127.0.0.1', port: 0 })
    }
  })

  test('gives every crawler the folder of place files, if there is one', () => {
    const foldersOf = (placesDir?: string): unknown[] => planFor(probe({}), backends, folder, { listen: '::', ...placesDir === undefined ? {} : { placesDir } }).children
      .flatMap(child => child.kind === 'crawler' ? [child.config.placesFolder] : [])

    assert.deepEqual([foldersOf('/geo'), foldersOf()], [['/geo', '/geo'], [undefined, undefined]])
  })

  test('lets one of several consumers remove old rows', () => {
    const consumers = planFor(probe({ consumer: { replicas: 3 } }), backends, folder, { listen: '127.0.0.1' }).children.filter(child => child.kind === 'consumer')

    assert.deepEqual(consumers.map(({ name }) => name), ['amino-consumer-1', 'amino-consumer-2', 'amino-consumer-3'])
    assert.deepEqual(consumers.map(({ config }) => config.retention?.intervalMs), [86_400_000, undefined, undefined])
    assert.deepEqual(consumers.map(({ config }) => config.store), Array(3).fill(backends.store))
  })

  test('keeps topic and group of a Kafka that the embedded log replaces', () => {
    const kafka = { strimzi: { cluster: 'events' }, topic: { name: 'peers', partitions: 5, replicas: 3 }, consumerGroup: 'mine' }
    const { topics, children } = planFor(probe({ kafka }), backends, folder, { listen: '127.0.0.1' })

    assert.deepEqual(topics[0], { name: 'peers', partitions: 5, replicas: 3, retentionMs: 604_800_000 })
    assert.ok(children.every(({ config }) => config.topic === 'peers'))
    assert.deepEqual(children.flatMap(child => child.kind === 'consumer' ? [child.config.group, child.config.deadLetterTopic] : []), ['mine', 'peers-dead-letters'])
  })

  test('has a process that makes backups only where the manifest asks for them', () => {
    const spec = { backup: { enabled: true, schedule: '0 4 * * *', keep: '48h' } }
    const { name, config } = planFor(probe(spec), backends, folder, { listen: '127.0.0.1' }).backup!

    assert.equal(name, 'amino-backup')
    assert.deepEqual(DailyBackupConfig.parse(config).store, backends.store)
    assert.deepEqual([config.folder, config.schedule, config.keepMs], [resolve('data/backups'), '0 4 * * *', 172_800_000])
    assert.equal(planFor(probe(spec), backends, folder, { listen: '127.0.0.1', backupsDir: '/disk' }).backup?.config.folder, '/disk')
    assert.equal(planFor(probe({}), backends, folder, { listen: '127.0.0.1' }).backup, undefined)
  })

  test('has the default group without a Kafka', () => {
    const groups = planFor(probe({}), backends, folder, { listen: '127.0.0.1' }).children.flatMap(child => child.kind === 'consumer' ? [child.config.group] : [])

    assert.deepEqual(groups, ['ipfs-node-consumer'])
  })
})
