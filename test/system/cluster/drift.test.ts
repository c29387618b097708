// Manual changes: fields of the operator are restored, other fields stay.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ClusterRig, missingCluster } from '../../support/cluster/cluster-rig.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const NAMESPACE = 'drift'

// Three times the promised time: the machine may be busy.
const LIMIT_MS = 60_000

// A field of each kind, changed by hand: the patch, and how to read it.
const EDITS: [string, string, string][] = [
  ['deployment/amino-consumer', '{"spec":{"replicas":7}}', '{.spec.replicas}'],
  ['deployment/amino-consumer', '{"spec":{"template":{"spec":{"containers":[{"name":"peerprobe","image":"evil:1"}]}}}}', '{.spec.template.spec.containers[0].image}'],
  ['deployment/amino-consumer', '{"spec":{"template":{"spec":{"automountServiceAccountToken":true}}}}', '{.spec.template.spec.automountServiceAccountToken}'],
  ['deployment/amino-crawler-main', '{"spec":{"template":{"spec":{"securityContext":{"runAsNonRoot":false}}}}}', '{.spec.template.spec.securityContext.runAsNonRoot}'],
  ['deployment/amino-crawler-main', '{"spec":{"template":{"metadata":{"annotations":{"peerprobe.dev/config-hash":"x"}}}}}', '{.spec.template.metadata.annotations.peerprobe\\.dev/config-hash}'],
  ['deployment/amino-crawler-main', '{"metadata":{"labels":{"app.kubernetes.io/part-of":"nothing"}}}', '{.metadata.labels.app\\.kubernetes\\.io/part-of}'],
  ['configmap/amino-consumer', '{"data":{"process.json":"{}"}}', '{.data.process\\.json}'],
  ['configmap/amino-crawler-main', '{"data":null}', '{.data.process\\.json}'],
  ['cronjob/amino-retention', '{"spec":{"schedule":"0 0 * * *"}}', '{.spec.schedule}'],
  ['cronjob/amino-retention', '{"spec":{"suspend":true}}', '{.spec.suspend}'],
  ['networkpolicy/amino-crawler-main', '{"spec":{"egress":[]}}', '{.spec.egress}'],
  ['networkpolicy/amino-consumer', '{"spec":{"podSelector":{"matchLabels":{"peerprobe.dev/probe":"other"}}}}', '{.spec.podSelector.matchLabels}'],
  ['serviceaccount/amino-peerprobe', '{"automountServiceAccountToken":true}', '{.automountServiceAccountToken}'],
  ['poddisruptionbudget/amino-consumer', '{"spec":{"maxUnavailable":5}}', '{.spec.maxUnavailable}']
]

suite('drift', missingCluster === undefined ? {} : { skip: missingCluster }, () => {
  let rig: ClusterRig

  before(async () => {
    rig = await ClusterRig.open()
    rig.operator()
    await rig.namespace(NAMESPACE)
    await rig.probe(NAMESPACE, { consumer: { replicas: 2 } })
    await rig.untilReady(NAMESPACE, 'True')
  })
  after(async () => {
    await rig[Symbol.asyncDispose]()
  })

  const read = async (what: string, path: string): Promise<string> => (await rig.plane.kubectl(['get', what, '-n', NAMESPACE, '-o', `jsonpath=${path}`])).stdout

  for (const [what, patch, path] of EDITS) {
    test(`${what}: ${path} is restored`, async () => {
      const before = await read(what, path)
      const type = patch.includes('null') ? 'merge' : 'strategic'
      const { code, stderr } = await rig.plane.kubectl(['patch', what, '-n', NAMESPACE, `--type=${type}`, '-p', patch])
      assert.equal(code, 0, stderr)
      await until('it is as before', async () => await read(what, path) === before, LIMIT_MS)
    })
  }

  test('every object that is deleted by hand is recreated', async () => {
    // Another key of the hash over Secrets changes the name of the prepare Job.
    const names = async (): Promise<string[]> => (await rig.objects(NAMESPACE)).map(text => text.replace(/prepare-[0-9a-f]{8}$/, 'prepare'))
    const before = await names()

    // A Job that has succeeded is not recreated.
    for (const text of before.filter(object => !object.startsWith('Job/') && !object.includes('prepare'))) {
      await rig.plane.kubectl(['delete', text, '-n', NAMESPACE, '--wait=false'])
      await until(`${text} is there again`, async () => await rig.plane.has(text, '-n', NAMESPACE), LIMIT_MS)
    }
    await until('all are there', async () => (await names()).join() === before.join(), LIMIT_MS)
    await rig.untilReady(NAMESPACE, 'True')
  })

  test('fields added by others stay: annotations, injected containers, environment', async () => {
    const injected = { metadata: { annotations: { team: 'net' } }, spec: { template: { metadata: { annotations: { 'mesh/injected': 'true' } }, spec: { containers: [{ name: 'sidecar', image: 'mesh:1' }] } } } }
    await rig.plane.kubectl(['patch', 'deployment/amino-consumer', '-n', NAMESPACE, '-p', JSON.stringify(injected)])
    await rig.plane.kubectl(['patch', 'deployment/amino-consumer', '-n', NAMESPACE, '-p', '{"spec":{"replicas":9}}'])
    await until('the replicas are put back', async () => await read('deployment/amino-consumer', '{.spec.replicas}') === '2', LIMIT_MS)
    const { metadata, spec } = await rig.plane.get<KubeObject>('deployment', 'amino-consumer', '-n', NAMESPACE)
    const { template } = spec as { template: { metadata: { annotations: Record<string, string> }, spec: { containers: { name: string }[] } } }

    assert.equal(metadata.annotations?.['team'], 'net')
    assert.equal(template.metadata.annotations['mesh/injected'], 'true')
    assert.deepEqual(template.spec.containers.map(({ name }) => name).sort(), ['peerprobe', 'sidecar'])
  })
})
