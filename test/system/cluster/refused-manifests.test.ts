// What the API server itself refuses, before any operator sees it: each message contains the field.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'

const NETWORK = { preset: 'ipfs' }
const scan = (rest: object): object => ({ scans: [{ name: 'main', network: NETWORK, ...rest }] })
const kafka = (rest: object): object => ({ kafka: { brokers: ['kafka:9092'], ...rest } })
const mysql = (rest: object): object => ({ mysql: { host: 'db', database: 'ipfs', credentialsSecret: { name: 'mysql' }, ...rest } })
const BIG = Array.from({ length: 33 }, (_, i) => ({ name: `s${String(i)}`, network: NETWORK }))

const DUMPS = { consumer: { dump: { enabled: true, volume: { claim: 'dumps' } } } }

// The mistake, and what the message must contain.
const WRONG: [string, object, RegExp][] = [
  ['no scans', { scans: [] }, /spec\.scans/],
  ['more scans than allowed', { scans: BIG }, /spec\.scans: Too many/],
  ['two scans of one name', { scans: [{ name: 'a', network: NETWORK }, { name: 'a', network: NETWORK }] }, /spec\.scans\[1\]: Duplicate/],
  ['a scan without a name', { scans: [{ network: NETWORK }] }, /spec\.scans\[0\]\.name: Required/],
  ['a scan\'s name in capitals', { scans: [{ name: 'Main', network: NETWORK }] }, /spec\.scans\[0\]\.name/],
  ['preset and own network at once', scan({ network: { preset: 'ipfs', name: 'x', bootstrapPeers: ['/ip4/192.0.2.1/tcp/1/p2p/x'] } }), /spec\.scans\[0\]\.network/],
  ['an own network without peers', scan({ network: { name: 'x' } }), /spec\.scans\[0\]\.network/],
  ['a number where text belongs', scan({ vantage: 7 }), /spec\.scans\[0\]\.vantage/],
  ['text where a number belongs', scan({ active: { concurrency: 'many' } }), /spec\.scans\[0\]\.active\.concurrency/],
  ['a number out of range', scan({ active: { concurrency: 0 } }), /spec\.scans\[0\]\.active\.concurrency/],
  ['a duration without a unit', scan({ active: { interval: '10' } }), /spec\.scans\[0\]\.active\.interval/],
  ['a duration out of range', scan({ active: { interval: '500h' } }), /spec\.scans\[0\]\.active.*between 1s and 480h/],
  ['an unknown strategy', scan({ active: { strategy: 'Fast' } }), /spec\.scans\[0\]\.active\.strategy: Unsupported value/],
  ['an invalid range', scan({ addresses: { deny: ['everything'] } }), /spec\.scans\[0\]\.addresses\.deny/],
  ['neither active nor passive', scan({ active: { enabled: false }, passive: { enabled: false } }), /spec\.scans\[0\].*active\.enabled/],
  ['a passive node that knows no DHT protocol', scan({ network: { name: 'lab', bootstrapPeers: ['/ip4/1.2.3.4/tcp/1'] }, passive: { enabled: true } }), /spec\.scans\[0\].*the DHT protocol that it serves/],
  ['mDNS without the host\'s network', scan({ passive: { enabled: true, mdns: true } }), /spec\.scans\[0\].*hostNetwork/],
  ['an unknown field', scan({ colour: 'red' }), /unknown field "spec\.scans\[0\]\.colour"/],
  ['an unknown field at the top', { sacns: [] }, /unknown field "spec\.sacns"/],
  ['no Kafka', { kafka: undefined }, /spec: Invalid value.*is required in a cluster|spec\.kafka/],
  ['no database', { mysql: undefined }, /spec: Invalid value.*is required in a cluster|spec\.mysql/],
  ['brokers and Strimzi at once', kafka({ strimzi: { cluster: 'x' } }), /spec\.kafka: Invalid value.*exactly one of strimzi and brokers/],
  ['neither brokers nor Strimzi', { kafka: {} }, /spec\.kafka: Invalid value.*exactly one of strimzi and brokers/],
  ['a broker without a port', kafka({ brokers: ['kafka'] }), /spec\.kafka\.brokers\[0\]/],
  ['an authentication without its Secret', kafka({ authentication: { type: 'scram-sha-512' } }), /spec\.kafka.*authentication/],
  ['a client certificate without encryption', kafka({ authentication: { type: 'tls', secret: 'x' } }), /spec\.kafka.*tls.*is required for authentication\.type tls/],
  ['a passive node on the admin port', scan({ passive: { port: 9_090 } }), /spec\.scans\[0\].*must not be 9089 or 9090/],
  ['a passive node whose WebSocket takes the admin port', scan({ passive: { port: 9_089 } }), /spec\.scans\[0\].*must not be 9089 or 9090/],
  ['a topic\'s name in capitals', kafka({ topic: { name: 'IPFS' } }), /spec\.kafka\.topic\.name/],
  ['no partitions', kafka({ topic: { partitions: 0 } }), /spec\.kafka\.topic\.partitions/],
  ['a database without a host', { mysql: { database: 'x', credentialsSecret: { name: 'x' } } }, /spec\.mysql\.host: Required/],
  ['more idle connections than open ones', mysql({ maxOpenConns: 2, maxIdleConns: 3 }), /spec\.mysql.*must not exceed maxOpenConns/],
  ['dumps without a volume', { consumer: { dump: { enabled: true } } }, /spec.*dump files in a cluster/],
  ['routing tables of a Census', { ...scan({ active: { neighbours: true } }), ...DUMPS }, /spec\.scans\[0\].*active\.neighbours.*Topology/],
  ['routing tables without dump files', scan({ active: { strategy: 'Topology', neighbours: true } }), /spec\.consumer\.dump\.enabled.*is needed for active\.neighbours/],
  ['routing tables that are kept for too short', kafka({ topic: { neighbours: { retention: '1m' } } }), /spec\.kafka\.topic.*between 1h and 87600h/],
  ['no partition for routing tables', kafka({ topic: { neighbours: { partitions: 0 } } }), /spec\.kafka\.topic\.neighbours\.partitions/],
  ['places without a claim', { places: { volume: {} } }, /spec\.places\.volume\.claim: Required/],
  ['backups without a volume', { backup: { enabled: true } }, /spec\.backup.*is required for backups/],
  ['an invalid schedule', { retention: { schedule: 'daily' } }, /spec\.retention\.schedule/]
]

// Fields that cannot be changed.
const FIXED: [string, object, RegExp][] = [
  ['another topic', kafka({ topic: { name: 'other' } }), /spec\.kafka\.topic.*cannot be changed/],
  ['fewer partitions', kafka({ topic: { partitions: 2 } }), /spec\.kafka\.topic.*cannot be reduced/],
  ['another database', mysql({ database: 'other' }), /spec\.mysql.*cannot be changed/],
  ['Strimzi in the place of brokers', { kafka: { strimzi: { cluster: 'x' } } }, /spec\.kafka.*cannot be changed/]
]

suite('the API server refuses', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ClusterRig

  before(async () => {
    rig = await ClusterRig.open({ strimzi: false })
    await rig.plane.kubectl(['apply', '-f', '-'], JSON.stringify(probeOf('default', {}, 'there')))
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  for (const [what, spec, words] of WRONG) {
    test(what, async () => {
      const { code, stderr } = await rig.plane.kubectl(['create', '--validate=strict', '-f', '-'], JSON.stringify(probeOf('default', spec, 'wrong')))

      assert.notEqual(code, 0)
      assert.match(stderr, words)
    })
  }

  for (const [what, spec, words] of FIXED) {
    test(`a change: ${what}`, async () => {
      const { code, stderr } = await rig.plane.kubectl(['replace', '--validate=strict', '-f', '-'], JSON.stringify(probeOf('default', spec, 'there')))

      assert.notEqual(code, 0)
      assert.match(stderr, words)
    })
  }

  test('nothing in the smallest valid manifest', async () => {
    assert.equal((await rig.plane.kubectl(['create', '--validate=strict', '-f', '-'], JSON.stringify(probeOf('default', {}, 'right')))).code, 0)
  })
})
