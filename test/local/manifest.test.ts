import assert from 'node:assert/strict'
import { globSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isProbeError } from '../../core/errors.ts'
import { parseManifest, readManifest } from '../../local/manifest.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { ProbeError } from '../../core/errors.ts'

const head = 'apiVersion: peerprobe.dev/v1alpha1\nkind: PeerProbe\nmetadata: {name: amino}\n'
const scans = '  scans: [{name: main, network: {preset: ipfs}}]\n'

function refusal (text: string, embedded = false): ProbeError {
  try {
    parseManifest(text, 'probe.yaml', { embedded })
  } catch (err) {
    assert.ok(isProbeError(err), String(err))
    return err
  }

  return assert.fail('the manifest is taken')
}

const problemsOf = (text: string, embedded = false): string[] => refusal(text, embedded).details['problems'] as string[]
const fieldsOf = (text: string, embedded = false): string[] => problemsOf(text, embedded).map(problem => problem.slice(0, problem.indexOf(': '))).sort()

suite('manifest', () => {
  test('fills in every default', () => {
    const { probe, replaced } = parseManifest(`${head}spec:\n${scans}`, 'probe.yaml', { embedded: false })

    assert.equal(probe.metadata.namespace, 'default')
    assert.equal(probe.spec.scans[0]?.active.interval, '10m')
    assert.deepEqual(replaced, [])
  })

  test('with ten mistakes gets ten messages, each with its field', () => {
    const text = `
apiVersion: peerprobe.dev/v1
kind: PeerProbe
metadata: {name: Amino}
spec:
  scans:
    - name: main
      network: {preset: ipsf}
      active: {interval: soon}
      addresses: {deny: [10.0.0.0/33]}
      passive: {expose: {type: NodePort}}
    - name: main
      network: {name: lab, bootstrapPeers: [/ip4/127.0.0.1/tcp/4001], protocols: [/lab/kad/1.0.0]}
  backup: {volume: {claim: x}}
  mysqll: {}
`
    const error = refusal(text)

    assert.equal(error.code, 'PP_SPEC_INVALID')
    assert.match(error.message, /^probe\.yaml: 10 problems\n {2}apiVersion: /)
    assert.deepEqual(fieldsOf(text), [
      'apiVersion',
      'metadata.name',
      'spec.backup.volume',
      'spec.mysqll',
      'spec.scans',
      'spec.scans[0].active.interval',
      'spec.scans[0].addresses.deny[0]',
      'spec.scans[0].network.preset',
      'spec.scans[0].passive.expose.type',
      'spec.scans[1].network.bootstrapPeers[0]'
    ])
  })

  test('reports which bootstrap peers are left out', () => {
    const id = '12D3KooWQnwEGNqcM2nAcPtRR9rAX8Hrg4k9kJLCHoTR5chJfz6d'
    const peers = [`/ip4/8.8.8.8/tcp/1/p2p/${id}`, `/dns4/star.example/tcp/443/wss/p2p-webrtc-star/p2p/${id}`, `/ip4/10.0.0.1/tcp/1/p2p/${id}`]
    const network = `{name: lab, bootstrapPeers: [${peers.join(', ')}], protocols: [/lab/kad/1.0.0]}`
    const { unused } = parseManifest(`${head}spec:\n  scans: [{name: main, network: ${network}}]\n`, 'probe.yaml', { embedded: false })

    assert.equal(unused.length, 2)
    assert.match(unused[0]!, /^spec\.scans\[0\]\.network\.bootstrapPeers\[1\] is left out: p2p-webrtc-star is not supported/)
    assert.match(unused[1]!, /^spec\.scans\[0\]\.network\.bootstrapPeers\[2\] is left out: .* forbids 10\.0\.0\.1$/)
  })

  test('is refused with the field if it asks for something that one machine cannot do', () => {
    const text = `${head}spec:\n${scans}  kafka: {strimzi: {cluster: events}}\n  suspend: true\n`

    assert.equal(refusal(text).code, 'PP_NOT_SUPPORTED')
    assert.deepEqual(problemsOf(text), [
      'spec.suspend: not supported on one machine: leave it out, or do not start it',
      'spec.kafka.strimzi: not supported on one machine, which has no Kubernetes: give brokers, or start with --embedded'
    ])
  })

  test('reports an address that does not match its pattern once', () => {
    assert.deepEqual(fieldsOf(`${head}spec: {scans: [{name: main, network: {preset: ipfs}, addresses: {deny: [ten/8]}}]}`), ['spec.scans[0].addresses.deny[0]'])
  })

  test('with --embedded has Kafka and MySQL replaced, reports the fields, and is still fully checked', () => {
    const kafka = '  kafka: {strimzi: {cluster: events}, clientId: me, topic: {name: peers, replicas: 3}, consumerGroup: mine}\n'
    const mysql = '  mysql: {host: db, database: ipfs, credentialsSecret: {name: mysql}}\n'
    const { probe, replaced } = parseManifest(`${head}spec:\n${scans}${kafka}${mysql}`, 'probe.yaml', { embedded: true })

    assert.deepEqual(replaced, ['spec.kafka.strimzi', 'spec.kafka.clientId', 'spec.kafka.topic.replicas', 'spec.mysql'])
    assert.equal(probe.spec.kafka?.topic.name, 'peers')
    assert.deepEqual(fieldsOf(`${head}spec:\n${scans}${kafka}  mysql: {}\n`, true), ['spec.mysql.credentialsSecret', 'spec.mysql.database', 'spec.mysql.host'])
  })

  test('reports the other documents of its file in addition to its own mistakes', () => {
    const text = `kind: ConfigMap\n---\n${head}spec: {}\n---\n${head}spec: {}\n`

    assert.deepEqual(fieldsOf(text), ['document 1 (kind ConfigMap)', 'document 3 (kind PeerProbe)', 'spec.scans'])
  })

  test('is read from a file, and so are the examples for one machine', async () => {
    using folder = new TempFolder()
    const examples = globSync(fileURLToPath(new URL('../../examples/{amino,own-network}.yaml', import.meta.url)))
    assert.equal(examples.length, 2)
    writeFileSync(folder.file('probe.yaml'), `${head}spec:\n${scans}`)

    for (const path of [...examples, folder.file('probe.yaml')]) {
      assert.equal((await readManifest(path, { embedded: false })).probe.kind, 'PeerProbe')
    }
  })

  test('of a cluster is refused with each field that has no meaning here', async () => {
    const path = fileURLToPath(new URL('../../examples/peerprobe.yaml', import.meta.url))

    await assert.rejects(readManifest(path, { embedded: true }), (err: ProbeError) => {
      assert.equal(err.code, 'PP_NOT_SUPPORTED')
      assert.deepEqual((err.details['problems'] as string[]).map(problem => problem.slice(0, problem.indexOf(': '))), [
        'spec.scans[0].pod',
        'spec.consumer.dump.volume',
        'spec.consumer.pod',
        'spec.retention.schedule'
      ])
      return true
    })
  })
})
