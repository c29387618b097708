// The author of a PeerProbe has rights only on PeerProbes, none on Secrets, pods, Services or nodes. No field of the resource
// gives the author access to anything else. The table is complete: a field of the schema that is not in the table fails this
// test.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { openApiSchema } from '../../../operator/api/crd.ts'
import { isRecord } from '../../../operator/api/rules.ts'
import { ATTACKS, EXTREMES, HARMLESS } from '../../support/cluster/author-fields.ts'
import { AUTHOR, AUTHOR_SETUP, CLOSED_KAFKA, KAFKA_NAMESPACE, SHARED, TENANT } from '../../support/cluster/author-setup.ts'
import { ClusterRig, missingCluster, probeOf } from '../../support/cluster/cluster-rig.ts'
import type { OpenApiSchema } from '../../../operator/api/crd.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { CommandEnd } from '../../support/servers/control-plane.ts'

const MADE = 'deployment,job,cronjob,configmap,service,serviceaccount,networkpolicy,poddisruptionbudget,pod'
const ENTRIES = ['crawler/main.ts', 'consumer/main.ts', 'consumer/jobs/prepare/main.ts', 'consumer/jobs/retention/main.ts', 'consumer/jobs/sessions/main.ts']

interface Volume { secret?: { secretName: string }, persistentVolumeClaim?: { claimName: string }, configMap?: { name: string } }
interface Container { image: string, args: string[], resources: object, securityContext: object }
interface Pod extends Record<string, unknown> { serviceAccountName: string, containers: Container[], volumes: Volume[] }
interface Branch { properties?: Record<string, OpenApiSchema>, items?: OpenApiSchema, additionalProperties?: OpenApiSchema }

/** Fields of a schema with a value: `[]` means each item of a list, `{}` each entry of a map. */
function leavesOf (path: string, schema: OpenApiSchema): string[] {
  const { properties, items, additionalProperties } = schema as Branch

  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, inner]) => leavesOf(`${path}.${name}`, inner))
  }
  return items !== undefined ? leavesOf(`${path}[]`, items) : additionalProperties !== undefined ? leavesOf(`${path}{}`, additionalProperties) : [path]
}

const LEAVES = leavesOf('spec', (openApiSchema()['properties'] as Record<string, OpenApiSchema>)['spec']!)

/** The fields that a value sets. */
function setBy (path: string, value: unknown): string[] {
  if (LEAVES.includes(path)) {
    return [path]
  }
  if (Array.isArray(value)) {
    return value.flatMap(item => setBy(`${path}[]`, item))
  }

  return isRecord(value) ? Object.entries(value).flatMap(([name, inner]) => LEAVES.includes(`${path}{}`) ? [`${path}{}`] : setBy(`${path}.${name}`, inner)) : []
}

const podsIn = (value: unknown): Pod[] => isRecord(value) || Array.isArray(value)
  ? Object.entries(value).flatMap(([key, inner]) => key === 'template' ? [(inner as { spec: Pod }).spec] : podsIn(inner))
  : []

test('each field of the PeerProbe is in the table once, and its attack sets it', () => {
  assert.deepEqual([...Object.keys(ATTACKS), ...Object.keys(HARMLESS)].sort(), [...LEAVES].sort())

  for (const [field, attacks] of Object.entries(ATTACKS)) {
    assert.ok(attacks.length > 0 && attacks.every(({ spec }) => setBy('spec', spec).includes(field)), field)
  }

  const tried = new Set(Object.values(EXTREMES).flatMap(spec => setBy('spec', spec)))
  assert.deepEqual(Object.keys(HARMLESS).filter(field => !tried.has(field)), [])
})

suite('The author of a PeerProbe', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ClusterRig

  before(async () => {
    rig = await ClusterRig.open()
    rig.operator(['--policy', '{}'])
    await rig.namespace(TENANT)
    await rig.plane.apply(...AUTHOR_SETUP, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: KAFKA_NAMESPACE } }, CLOSED_KAFKA)
    const { brokers, topic, group } = SHARED
    await rig.probe(TENANT, { kafka: { brokers, topic: { name: topic }, consumerGroup: group }, mysql: { host: 'db', database: 'victim', credentialsSecret: { name: 'mysql' } } }, 'victim')
    await rig.untilReady(TENANT, 'True', { name: 'victim', limitMs: 120_000 })
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const asAuthor = async (args: string[], input?: string): Promise<CommandEnd> => await rig.plane.kubectl(['--as', AUTHOR, ...args], input)
  const madeFor = async (name: string, kinds = MADE): Promise<KubeObject[]> => (await rig.plane.get<{ items: KubeObject[] }>(kinds, '-A', '-l', `peerprobe.dev/probe=${name}`)).items

  test('has no other rights', async () => {
    for (const [verb, resource] of [['get', 'secrets'], ['patch', 'secrets'], ['create', 'pods'], ['create', 'deployments.apps'], ['create', 'services'], ['patch', 'persistentvolumeclaims'], ['list', 'nodes'], ['get', 'configmaps']] as const) {
      assert.equal((await asAuthor(['auth', 'can-i', verb, resource, '-n', TENANT])).stdout.trim(), 'no', `${verb} ${resource}`)
    }
  })

  for (const [field, attacks] of Object.entries(ATTACKS)) {
    test(`gains nothing by ${field}`, async () => {
      for (const { spec, reason, words } of attacks) {
        const name = 'attack'
        const own = { kafka: { brokers: ['kafka:9092'], topic: { name }, consumerGroup: name }, mysql: { host: 'attacker.example', database: name, credentialsSecret: { name: 'mysql' } } }
        const { code, stderr } = await asAuthor(['apply', '-f', '-'], JSON.stringify(probeOf(TENANT, { ...own, ...spec }, name)))
        assert.equal(code, 0, stderr)
        await rig.untilReady(TENANT, 'False', { name, reason, words, limitMs: 60_000 })
        assert.deepEqual((await madeFor(name, 'deployment,job,cronjob,pod,configmap,service')).map(({ kind }) => kind), [])
        await asAuthor(['delete', 'pp', name, '-n', TENANT, '--wait'])
      }
    })
  }

  test('gets only pods and Services of the PeerProbe, whatever the values of harmless fields', async () => {
    for (const [name, spec] of Object.entries(EXTREMES)) {
      const { code, stderr } = await asAuthor(['apply', '--validate=strict', '-f', '-'], JSON.stringify(probeOf(TENANT, spec, name)))
      assert.equal(code, 0, stderr)
      await rig.untilReady(TENANT, 'True', { name, limitMs: 120_000 })
      const made = await madeFor(name)
      const pods = made.filter(({ kind }) => ['Deployment', 'Job', 'CronJob'].includes(kind)).flatMap(({ spec: body }) => podsIn(body))

      assert.deepEqual([...new Set(made.map(({ metadata: { namespace } }) => namespace))], [TENANT])
      assert.ok(pods.length >= 4, String(pods.length))
      pods.forEach((pod) => {
        checkPod(name, pod)
      })

      for (const { spec: service, metadata } of made.filter(({ kind }) => kind === 'Service')) {
        const { selector, externalIPs, loadBalancerIP, loadBalancerSourceRanges } = service as Record<string, unknown>
        assert.deepEqual([isRecord(selector) && selector['peerprobe.dev/probe'], externalIPs, loadBalancerIP, loadBalancerSourceRanges], [name, undefined, undefined, undefined])
        assert.deepEqual(Object.keys(metadata.annotations ?? {}).filter(key => !key.startsWith('peerprobe.dev/')), [])
      }
      const account = `system:serviceaccount:${TENANT}:${name}-peerprobe`
      assert.equal((await rig.plane.kubectl(['auth', 'can-i', 'get', 'secrets', '-n', TENANT, '--as', account])).stdout.trim(), 'no')
    }
  })
})

// The restricted profile, without a token, only with Secrets and claims that allow their use, and with requests and limits.
function checkPod (name: string, pod: Pod): void {
  const { containers: [container, ...more], volumes, serviceAccountName } = pod
  const secrets = volumes.flatMap(({ secret }) => secret === undefined ? [] : [secret.secretName]).filter(secret => secret !== 'mysql' && !secret.startsWith(`${name}-identity-`))
  const claims = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName]).filter(claim => claim !== 'own')

  assert.deepEqual([more, secrets, claims], [[], [], []])
  assert.deepEqual(['hostNetwork', 'hostPID', 'hostIPC', 'initContainers', 'tolerations', 'priorityClassName', 'runtimeClassName', 'nodeName', 'hostAliases'].filter(field => pod[field] !== undefined), [])
  assert.deepEqual([serviceAccountName, pod['automountServiceAccountToken']], [`${name}-peerprobe`, false])
  assert.deepEqual([container!.image, ENTRIES.includes(container!.args.join(' '))], ['peerprobe:test', true])
  assert.partialDeepStrictEqual(container!.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
  assert.partialDeepStrictEqual(pod['securityContext'], { runAsNonRoot: true })
  assert.deepEqual(Object.entries(container!.resources).map(([side, amounts]) => [side, Object.keys(amounts as object).sort()]).sort(), ['limits', 'requests'].map(side => [side, ['cpu', 'memory']]))
}
