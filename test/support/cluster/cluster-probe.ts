import { PeerProbeSpec } from '../../../operator/api/v1alpha1.ts'
import { DEFAULT_RESOURCES } from '../../../operator/model/probe/pod-resources.ts'
import type { ClusterProbe, ModelInput } from '../../../operator/model/probe/cluster-probe.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

/** A PeerProbe as returned by the API server, by default with one scan, brokers and a database. */
export function clusterProbe (spec: object = {}, metadata: object = {}): ClusterProbe {
  const parsed = PeerProbeSpec.parse({
    scans: [{ name: 'main', network: { preset: 'ipfs' } }],
    kafka: { brokers: ['kafka:9092'] },
    mysql: { host: 'db', database: 'ipfs', credentialsSecret: { name: 'mysql' } },
    ...spec
  })

  return { metadata: { namespace: 'lab', name: 'amino', uid: 'u-1', generation: 3, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata }, spec: parsed as ClusterProbe['spec'] }
}

/** The same PeerProbe as an API object. */
export function probeObject (spec: object = {}, metadata: object = {}): KubeObject {
  return { apiVersion: 'peerprobe.dev/v1alpha1', kind: 'PeerProbe', ...clusterProbe(spec, metadata) }
}

/** The other inputs of the model. */
export const modelInput: ModelInput = {
  kafka: { bootstrapServers: ['kafka:9092'], tls: false },
  images: { workload: 'registry.example/peerprobe:1' },
  secretHashes: { mysql: 'h1' },
  resources: DEFAULT_RESOURCES
}
