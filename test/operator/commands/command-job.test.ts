import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CLAIM_FOLDER, commandJob } from '../../../operator/commands/command-job.ts'
import { consumerObjects } from '../../../operator/model/workloads.ts'
import { clusterProbe, modelInput } from '../../support/cluster/cluster-probe.ts'

const probe = clusterProbe({ suspend: true, consumer: { dump: { enabled: true, volume: { claim: 'dumps' } } } })
const deployment = consumerObjects(probe, { ...modelInput, images: { workload: 'x:1', pullSecrets: ['registry'] } })[1]?.object

interface PodSpec { restartPolicy: string, imagePullSecrets: unknown, containers: Record<string, unknown>[], volumes: { name: string }[] }

suite('commandJob', () => {
  test('runs the command in a pod like a consumer\'s, without probes, ports and the dump volume', () => {
    const { metadata, spec } = commandJob(probe.metadata, deployment, { args: ['offsets', 'reset', '--to-latest'] })
    const { template } = spec as { template: { metadata: { labels: Record<string, string> }, spec: PodSpec } }
    const [container] = template.spec.containers

    assert.deepEqual(metadata, { generateName: 'amino-command-', namespace: 'lab', labels: template.metadata.labels })
    assert.equal(template.metadata.labels['app.kubernetes.io/component'], 'command')
    assert.deepEqual(container!['args'], ['cli/main.ts', 'offsets', 'reset', '--to-latest'])
    assert.deepEqual(Object.keys(container!).filter(field => /Probe|ports/.test(field)), [])
    assert.deepEqual(template.spec.volumes.map(({ name }) => name), ['tmp', 'config', 'mysql'])
    assert.deepEqual((container!['volumeMounts'] as { name: string }[]).map(({ name }) => name), ['tmp', 'config', 'mysql'])
    assert.deepEqual([template.spec.restartPolicy, template.spec.imagePullSecrets], ['Never', [{ name: 'registry' }]])
  })

  test('mounts a claim that the command reads, and does not let it write', () => {
    const { spec } = commandJob(probe.metadata, deployment, { args: ['restore', CLAIM_FOLDER], claim: 'backups' })
    const { template: { spec: pod } } = spec as { template: { spec: PodSpec } }

    assert.deepEqual(pod.volumes.at(-1), { name: 'claim', persistentVolumeClaim: { claimName: 'backups', readOnly: true } })
    assert.deepEqual((pod.containers[0]!['volumeMounts'] as object[]).at(-1), { name: 'claim', mountPath: '/claim', readOnly: true })
    assert.deepEqual(pod.volumes.map(({ name }) => name), ['tmp', 'config', 'mysql', 'claim'])
  })

  test('reports that there are no consumers to copy from', () => {
    assert.throws(() => commandJob(probe.metadata, undefined, { args: ['offsets'] }), { code: 'PP_CONFIG_INVALID', message: /no Deployment lab\/amino-consumer/ })
  })
})
