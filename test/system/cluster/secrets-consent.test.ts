// The author of a PeerProbe has rights only on PeerProbes: no field gives a pod access to another Secret of the namespace.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const NAMESPACE = 'tenant'
const AUTHOR = 'author'
const RBAC = 'rbac.authorization.k8s.io'
const mysql = { host: 'attacker.example', database: 'x', credentialsSecret: { name: 'mysql' } }
const brokers = { brokers: ['attacker.example:9092'], tls: {} }

const FIELDS: Record<string, [field: string, spec: object]> = {
  credentials: ['spec.mysql.credentialsSecret', { mysql: { ...mysql, credentialsSecret: { name: 'theirs', userKey: 'token', passwordKey: 'token' } } }],
  authority: ['spec.mysql.tls.caSecret', { mysql: { ...mysql, tls: { caSecret: { name: 'theirs', key: 'token' } } } }],
  password: ['spec.kafka.authentication.secret', { kafka: { ...brokers, authentication: { type: 'scram-sha-512', secret: 'theirs' } } }],
  certificate: ['spec.kafka.authentication.secret', { kafka: { ...brokers, authentication: { type: 'tls', secret: 'theirs' } } }],
  brokers: ['spec.kafka.tls.caSecret', { kafka: { ...brokers, tls: { caSecret: { name: 'theirs', key: 'token' } } } }]
}

suite('The author of a PeerProbe', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ClusterRig

  before(async () => {
    rig = await ClusterRig.open({ strimzi: false })
    rig.operator()
    await rig.namespace(NAMESPACE)
    await rig.plane.apply(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'theirs', namespace: NAMESPACE }, stringData: { token: 'secret' } },
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: AUTHOR, namespace: NAMESPACE }, rules: [{ apiGroups: ['peerprobe.dev'], resources: ['peerprobes'], verbs: ['*'] }] },
      { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name: AUTHOR, namespace: NAMESPACE }, roleRef: { apiGroup: RBAC, kind: 'Role', name: AUTHOR }, subjects: [{ apiGroup: RBAC, kind: 'User', name: AUTHOR }] }
    )
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const asAuthor = async (args: string[], input?: string): Promise<CommandEnd> => await rig.plane.kubectl(['--as', AUTHOR, ...args], input)
  const pods = async (): Promise<string> => JSON.stringify(await rig.plane.get<{ items: KubeObject[] }>('job,deployment,cronjob,pod,configmap', '-n', NAMESPACE))

  test('may neither read nor label a Secret, and gets no Secret without consent by any field', async () => {
    assert.notEqual((await asAuthor(['get', 'secret', 'theirs', '-n', NAMESPACE])).code, 0)
    assert.notEqual((await asAuthor(['label', 'secret', 'theirs', '-n', NAMESPACE, 'peerprobe.dev/use=true'])).code, 0)

    for (const [name, [field, spec]] of Object.entries(FIELDS)) {
      const { code, stderr } = await asAuthor(['apply', '-f', '-'], JSON.stringify(probeOf(NAMESPACE, { kafka: { brokers: ['kafka:9092'], topic: { name }, consumerGroup: name }, ...spec }, name)))
      assert.equal(code, 0, stderr)
      await rig.untilReady(NAMESPACE, 'False', { name, reason: 'SecretNotAllowed', words: new RegExp(`^${field.replaceAll('.', '\\.')}: Secret ${NAMESPACE}/theirs does not allow PeerProbe ${name} to use it: kubectl label secret theirs -n ${NAMESPACE} `) })
      assert.doesNotMatch(await pods(), /theirs/)
      await asAuthor(['delete', 'pp', name, '-n', NAMESPACE])
    }
  })

  test('gets a Secret whose owner has allowed this PeerProbe, and no other PeerProbe gets it', async () => {
    const spec = (name: string): object => ({ kafka: { brokers: ['kafka:9092'], topic: { name }, consumerGroup: name }, mysql: { ...mysql, database: name, credentialsSecret: { name: 'theirs', userKey: 'token', passwordKey: 'token' } } })
    await rig.plane.kubectl(['annotate', 'secret', 'theirs', '-n', NAMESPACE, 'peerprobe.dev/allowed-probes=named'])

    for (const name of ['named', 'other']) {
      await asAuthor(['apply', '-f', '-'], JSON.stringify(probeOf(NAMESPACE, spec(name), name)))
    }
    await rig.untilReady(NAMESPACE, 'True', { name: 'named' })
    await rig.untilReady(NAMESPACE, 'False', { name: 'other', reason: 'SecretNotAllowed' })
  })
})
