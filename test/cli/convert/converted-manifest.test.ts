import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { convertedManifest } from '../../../cli/convert/converted-manifest.ts'
import { readPredecessorConfig } from '../../../cli/convert/predecessor-config.ts'
import { PeerProbe } from '../../../operator/api/v1alpha1.ts'
import type { Conversion, ConvertOptions } from '../../../cli/convert/converted-manifest.ts'

const OPTIONS: ConvertOptions = { name: 'amino', network: 'ipfs', sideBySide: false }

const FULL = {
  Discovery: { ExportPeers: { Enabled: true, DumpFile: '/data/peers.json', DumpInterval: '2m0s' } },
  Database: { Host: 'db.example', Port: 3307, User: 'kubo', Password: 'pa55', Database: 'ipfs', MaxOpenConns: 20, MaxIdleConns: 10 },
  Kafka: { Brokers: ['one:9092', 'two:9093'], Topic: 'ipfs-nodes', ConsumerGroup: 'readers', ClientID: 'kubo-1' }
}

function converted (config: object, options: Partial<ConvertOptions> = {}): Conversion {
  return convertedManifest(readPredecessorConfig(JSON.stringify(config), 'config.json'), { ...OPTIONS, ...options })
}

suite('a predecessor\'s configuration', () => {
  test('becomes a PeerProbe with its servers, topic, limits and dumps, and a Secret', () => {
    const { probe, secret } = converted(FULL)
    const { kafka, mysql, consumer: { dump } } = PeerProbe.parse(probe).spec

    assert.deepEqual([kafka?.brokers, kafka?.topic.name, kafka?.consumerGroup, kafka?.clientId], [['one:9092', 'two:9093'], 'ipfs-nodes', 'readers', 'kubo-1'])
    assert.deepEqual(mysql, {
      host: 'db.example',
      port: 3_307,
      database: 'ipfs',
      credentialsSecret: { name: 'amino-database', userKey: 'username', passwordKey: 'password' },
      maxOpenConns: 20,
      maxIdleConns: 10
    })
    assert.deepEqual([dump.enabled, dump.interval, dump.full, dump.volume], [true, '120s', true, { claim: 'amino-dumps' }])
    assert.deepEqual(secret, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'amino-database', labels: { 'peerprobe.dev/use': 'true' } },
      stringData: { username: 'kubo', password: 'pa55' }
    })
  })

  test('leaves its password in the Secret alone', () => {
    const { probe, notes } = converted({ ...FULL, Other: { Password: 'pa55' } })

    assert.ok(!JSON.stringify([probe, notes]).includes('pa55'))
  })

  test('gets a topic, a group and a database of its own for a time side by side', () => {
    const { spec } = PeerProbe.parse(converted(FULL, { sideBySide: true }).probe)

    assert.deepEqual([spec.kafka?.topic.name, spec.kafka?.consumerGroup, spec.mysql?.database], ['ipfs-nodes-peerprobe', 'readers-peerprobe', 'ipfs_peerprobe'])
  })

  test('is converted with less than everything, and says what is missing', () => {
    const empty = converted({})
    assert.deepEqual(PeerProbe.parse(empty.probe).spec.kafka, undefined)
    assert.equal(empty.secret, undefined)
    assert.deepEqual(empty.notes.map(note => note.slice(0, note.indexOf(':'))), ['Kafka.Brokers', 'Database.Host, Database.Database'])

    const { notes, secret } = converted({ ...FULL, Database: { ...FULL.Database, Password: '' } })
    assert.equal(secret, undefined)
    assert.match(notes.join('\n'), /Database\.User, Database\.Password: one is missing; create the Secret amino-database with the keys username and password/)
  })

  test('may have limits of Go that a PeerProbe lacks', () => {
    const limits = (MaxOpenConns: number, MaxIdleConns?: number): unknown[] => {
      const { spec: { mysql } } = PeerProbe.parse(converted({ ...FULL, Database: { ...FULL.Database, MaxOpenConns, MaxIdleConns } }).probe)
      return [mysql?.maxOpenConns, mysql?.maxIdleConns]
    }

    assert.deepEqual(limits(0, 3), [10, 3])
    assert.deepEqual(limits(4, 9), [4, 4])
    assert.deepEqual(limits(2), [2, 2])
    assert.deepEqual(limits(30), [30, 5])
  })

  test('may name servers without ports, and a topic that a PeerProbe cannot have', () => {
    const { probe, notes } = converted({ ...FULL, Kafka: { Brokers: 'one, two:9093', Topic: 'IPFS_Nodes' }, Database: { ...FULL.Database, Host: 'db.example:3308', Port: undefined } })
    const { spec } = PeerProbe.parse(probe)

    assert.deepEqual([spec.kafka?.brokers, spec.kafka?.topic.name, spec.kafka?.consumerGroup], [['one:9092', 'two:9093'], 'ipfs-nodes', 'ipfs-node-consumer'])
    assert.deepEqual([spec.mysql?.host, spec.mysql?.port], ['db.example', 3_308])
    assert.match(notes.join('\n'), /"IPFS_Nodes" cannot be the name of a PeerProbe's topic.*\n.*"one" has no port; 9092 is used/)
  })

  test('is refused with the field of the PeerProbe that a value cannot stand in', () => {
    assert.throws(() => converted({ ...FULL, Database: { ...FULL.Database, Database: 'ip fs' } }), { code: 'PP_SPEC_INVALID', message: /spec\.mysql\.database/ })
    assert.throws(() => converted({ ...FULL, Kafka: { Brokers: ['http://one:9092'] } }), { code: 'PP_SPEC_INVALID', message: /spec\.kafka\.brokers/ })
  })
})
