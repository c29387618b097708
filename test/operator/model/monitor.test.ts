import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { podMonitor } from '../../../operator/model/monitor.ts'
import { podTemplate } from '../../../operator/model/pod/pod.ts'
import { clusterProbe } from '../../support/cluster/cluster-probe.ts'

suite('podMonitor', () => {
  test('has the served version, is deleted with its PeerProbe, and refers to a port of the pods', () => {
    const [{ kind, object } = assert.fail()] = podMonitor(clusterProbe(), 'v1')
    const { podMetricsEndpoints } = object['spec'] as { podMetricsEndpoints: { port: string, path: string }[] }
    const template = podTemplate({ images: { workload: 'i' }, entry: 'e', serviceAccount: 's', labels: {}, configHash: 'h', resources: {}, mounts: [], pod: {}, restartPolicy: 'Always', probed: true, ports: [] })
    const { containers: [{ ports } = assert.fail()] } = template['spec'] as { containers: { ports: { name: string }[] }[] }

    assert.equal(kind.apiVersion, 'monitoring.coreos.com/v1')
    assert.equal(object.metadata.ownerReferences?.[0]?.name, 'amino')
    assert.deepEqual(podMetricsEndpoints, [{ port: ports[0]?.name, path: '/metrics' }])
  })

  test('is not created if the kind is not served', () => {
    assert.deepEqual(podMonitor(clusterProbe(), undefined), [])
  })
})
