import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CrawlerConfig } from '../../../core/contracts/process-config.ts'
import { crawlerObjects } from '../../../operator/model/workloads.ts'
import { clusterProbe, modelInput } from '../../support/cluster/cluster-probe.ts'

interface PodSpec { containers: { volumeMounts: { name: string }[] }[], volumes: { name: string }[] }

function crawlerOf (spec: object): { config: CrawlerConfig, pod: PodSpec } {
  const probe = clusterProbe(spec)
  const [configMap, deployment] = crawlerObjects(probe, probe.spec.scans[0]!, modelInput)
  const data = configMap?.object['data'] as Record<string, string>

  return { config: CrawlerConfig.parse(JSON.parse(data['process.json'] ?? '')), pod: (deployment?.object['spec'] as { template: { spec: PodSpec } }).template.spec }
}

suite('the place files of a PeerProbe', () => {
  test('are mounted by its crawlers, for reading only', () => {
    const { config, pod } = crawlerOf({ places: { volume: { claim: 'geo' } } })

    assert.equal(config.placesFolder, '/var/lib/peerprobe/places')
    assert.deepEqual(pod.containers[0]?.volumeMounts.filter(({ name }) => name === 'places'), [{ name: 'places', mountPath: '/var/lib/peerprobe/places', readOnly: true }])
    assert.deepEqual(pod.volumes.filter(({ name }) => name === 'places'), [{ name: 'places', persistentVolumeClaim: { claimName: 'geo', readOnly: true } }])
  })

  test('are absent without spec.places', () => {
    const { config, pod } = crawlerOf({})

    assert.equal(config.placesFolder, undefined)
    assert.deepEqual(pod.volumes.filter(({ name }) => name === 'places'), [])
  })
})
