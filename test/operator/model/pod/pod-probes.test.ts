import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { podTemplate } from '../../../../operator/model/pod/pod.ts'

interface Probe { periodSeconds: number, failureThreshold: number }
interface Container { livenessProbe?: Probe, startupProbe?: Probe }

function containerOf (probed: boolean): Container {
  const { spec } = podTemplate({ images: { workload: 'x', operator: 'x', pullPolicy: undefined, pullSecrets: [] } as never, entry: 'consumer/main.ts', serviceAccount: 'x', labels: {}, configHash: '', mounts: [], resources: {}, pod: {}, restartPolicy: 'Always', probed, ports: [] })

  return (spec as { containers: [Container] }).containers[0]
}

suite('the probes of a pod', () => {
  test('give a process longer to start than a process that runs may be silent: a busy node starts it slowly', () => {
    const { livenessProbe, startupProbe } = containerOf(true)
    const seconds = ({ periodSeconds, failureThreshold }: Probe): number => periodSeconds * failureThreshold

    assert.ok(seconds(startupProbe!) >= 10 * seconds(livenessProbe!))
  })

  test('are left out of jobs', () => {
    assert.deepEqual(Object.keys(containerOf(false)).filter(key => key.endsWith('Probe')), [])
  })
})
