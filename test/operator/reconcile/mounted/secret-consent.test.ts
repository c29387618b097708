import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { planProbe } from '../../../../operator/commands/plan.ts'
import { SecretReader } from '../../../../operator/reconcile/apply/secret-reader.ts'
import { ALLOWED_PROBES, USE_LABEL } from '../../../../operator/reconcile/mounted/secret-consent.ts'
import { keyedHash } from '../../../../operator/reconcile/mounted/secret-hash.ts'
import { secretsStep } from '../../../../operator/reconcile/mounted/secrets-step.ts'
import { clusterProbe, probeObject } from '../../../support/cluster/cluster-probe.ts'
import { FakeCluster } from '../../../support/cluster/fake-cluster.ts'
import { reconcilerRig, SECRET } from '../../../support/cluster/reconciler-rig.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const USE = { labels: { 'peerprobe.dev/use': 'true' } }
const KEYS = { 'username': 'dQ==', 'password': 'cA==', 'ca.crt': 'Yw==', 'user.crt': 'Yw==', 'user.key': 'aw==', 'token': 'dA==' }
const secret = (name: string, metadata: object = {}): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'lab', name, ...metadata }, data: KEYS })
const mysql = { host: 'attacker.example', database: 'x', credentialsSecret: { name: 'mysql' } }
const brokers = { brokers: ['attacker.example:9092'], tls: {} }

// Every field of a PeerProbe that refers to a Secret.
const FIELDS: readonly [string, object][] = [
  ['spec.mysql.credentialsSecret', { mysql: { ...mysql, credentialsSecret: { name: 'theirs', userKey: 'token', passwordKey: 'token' } } }],
  ['spec.mysql.tls.caSecret', { mysql: { ...mysql, tls: { caSecret: { name: 'theirs', key: 'token' } } } }],
  ['spec.kafka.authentication.secret', { kafka: { ...brokers, authentication: { type: 'scram-sha-512', secret: 'theirs' } } }],
  ['spec.kafka.authentication.secret', { kafka: { ...brokers, authentication: { type: 'tls', secret: 'theirs' } } }],
  ['spec.kafka.tls.caSecret', { kafka: { ...brokers, tls: { caSecret: { name: 'theirs', key: 'token' } } } }]
]

interface More { userSecret?: string, needConsent?: boolean }

async function outcomeOf (spec: object, theirs: KubeObject, { userSecret, needConsent = true }: More = {}): Promise<string> {
  const cluster = new FakeCluster()
  cluster.put(secret('mysql', USE))
  cluster.put(theirs)
  const probe = clusterProbe(spec)
  const { strimzi, authentication } = probe.spec.kafka
  const access = { bootstrapServers: [], tls: false, userSecret: strimzi === undefined ? authentication.secret : userSecret }

  const hashing = { probe, secrets: new SecretReader(cluster.deps().client), hashOf: keyedHash(Buffer.alloc(32)) }
  const step = secretsStep({ ...cluster.deps(), secretsNeedConsent: needConsent }, hashing, access, signal)

  return await step.then(() => 'used', (err: unknown) => (err as Error).message)
}

suite('a Secret', () => {
  test('is allowed by the documented label and annotation', () => {
    assert.deepEqual([USE_LABEL, ALLOWED_PROBES], ['peerprobe.dev/use', 'peerprobe.dev/allowed-probes'])
  })

  test('that does not allow its use is used by no field; the refusal contains field, Secret and command', async () => {
    for (const [field, spec] of FIELDS) {
      assert.equal(
        await outcomeOf(spec, secret('theirs')),
        `${field}: Secret lab/theirs does not allow PeerProbe amino to use it: `
        + 'kubectl label secret theirs -n lab --overwrite peerprobe.dev/use=true, or annotate it with peerprobe.dev/allowed-probes=amino'
      )
    }
  })

  test('allows all PeerProbes by its label, or those in its annotation; nothing else allows its use', async () => {
    const [[, spec]] = FIELDS as [[string, object]]
    const annotation = (text: string): object => ({ annotations: { 'peerprobe.dev/allowed-probes': text } })

    for (const metadata of [USE, annotation('amino'), annotation('other, amino ,third'), { ...USE, ...annotation('other') }]) {
      assert.equal(await outcomeOf(spec, secret('theirs', metadata)), 'used', JSON.stringify(metadata))
    }
    for (const metadata of [
      { labels: { 'peerprobe.dev/use': 'false' } },
      { labels: { 'peerprobe.dev/use': 'True' } },
      { labels: { 'peerprobe.dev/use': '' } },
      { annotations: { 'peerprobe.dev/use': 'true' } },
      { labels: { 'peerprobe.dev/allowed-probes': 'amino' } },
      ...['', 'amino2', 'amin', '*', 'lab/amino', 'AMINO'].map(annotation)
    ]) {
      assert.match(await outcomeOf(spec, secret('theirs', metadata)), /does not allow/, JSON.stringify(metadata))
    }
  })

  test('that the operator or Strimzi created is used only for its own purpose', async () => {
    const ofOperator = { labels: { 'app.kubernetes.io/managed-by': 'peerprobe-operator', 'peerprobe.dev/probe': 'amino' } }
    const ofStrimzi = { labels: { 'strimzi.io/kind': 'KafkaUser' } }
    const withStrimzi = { kafka: { strimzi: { cluster: 'events' }, authentication: { type: 'scram-sha-512' } } }

    for (const metadata of [ofOperator, ofStrimzi]) {
      assert.equal(await outcomeOf(withStrimzi, secret('made', metadata), { userSecret: 'made' }), 'used')

      for (const [field, spec] of FIELDS) {
        assert.ok((await outcomeOf(spec, secret('theirs', metadata))).startsWith(`${field}: Secret lab/theirs does not allow`), field)
      }
    }
    assert.match(await outcomeOf(withStrimzi, secret('made'), { userSecret: 'made' }), /does not allow/, 'a Secret of that name that Strimzi did not create')
    assert.match(await outcomeOf(withStrimzi, secret('made', { labels: { ...ofOperator.labels, 'peerprobe.dev/probe': 'other' } }), { userSecret: 'made' }), /does not allow/)
  })

  test('reveals nothing about its keys before it allows its use', async () => {
    const [[, spec]] = FIELDS as [[string, object]]

    assert.match(await outcomeOf(spec, { ...secret('theirs'), data: {} }), /does not allow/)
    assert.match(await outcomeOf(spec, { ...secret('theirs', USE), data: {} }), /lacks the key/)
  })

  test('is used by every field if consent is not required', async () => {
    for (const [field, spec] of FIELDS) {
      assert.equal(await outcomeOf(spec, secret('theirs'), { needConsent: false }), 'used', field)
    }
  })
})

suite('a PeerProbe whose Secret does not allow its use', () => {
  const bare = { namespace: 'lab', name: 'mysql' }

  test('has no pod, says why, and continues once it is allowed; running pods stay when the consent is withdrawn', async () => {
    const { cluster, reconciler, ready, converge } = reconcilerRig()
    cluster.put({ ...SECRET, metadata: bare })
    await converge()
    assert.equal(ready()?.reason, 'SecretNotAllowed')
    assert.match(ready()?.message ?? '', /kubectl label secret mysql -n lab/)
    assert.deepEqual(['Job', 'Deployment', 'CronJob', 'ConfigMap'].map(kind => cluster.store(kind).size), [0, 0, 0, 0])
    cluster.put(SECRET)
    await converge()
    assert.equal(ready()?.reason, 'Running')
    cluster.put({ ...SECRET, metadata: bare })
    await reconciler.reconcile('lab/amino', signal)

    assert.equal(ready()?.reason, 'SecretNotAllowed')
    assert.equal(cluster.store('Deployment').size, 2)
  })

  test('is planned with a note', async () => {
    const cluster = new FakeCluster()
    cluster.put({ ...SECRET, metadata: bare })
    const { notes } = await planProbe({ ...cluster.deps(), workloadImage: undefined, defaultImage: 'peerprobe:1' }, probeObject(), signal)

    assert.match(notes.join(), /^spec\.mysql\.credentialsSecret: Secret lab\/mysql does not allow PeerProbe amino to use it: kubectl label/)
  })
})
