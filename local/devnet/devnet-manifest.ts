import { defined } from '../../core/defined.ts'
import { API_VERSION, KIND } from '../../operator/api/v1alpha1.ts'
import type { PeerProbeInput } from '../../operator/api/v1alpha1.ts'
import type { DevnetTruth } from './truth.ts'

/** The PeerProbe that crawls a devnet, which runs when no manifest is given. @param port of its passive node; the default port when absent */
export function devnetManifest ({ network, bootstrapPeers, kadProtocol }: DevnetTruth, port?: number): PeerProbeInput {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'devnet' },
    spec: {
      scans: [{
        name: 'main',
        network: { name: network, bootstrapPeers, protocols: [kadProtocol] },
        // Everything is on this machine: a peer that has not answered in two seconds will not answer.
        active: { interval: '1m', dialTimeout: '2s', visitTimeout: '5s' },
        addresses: { policy: 'Any' },
        ...defined({ passive: port === undefined ? undefined : { port } })
      }],
      consumer: { dump: { enabled: true } }
    }
  }
}
