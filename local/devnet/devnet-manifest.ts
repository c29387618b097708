import { defined } from '../../core/defined.ts'
import { API_VERSION, KIND } from '../../operator/api/v1alpha1.ts'
import type { PeerProbeInput } from '../../operator/api/v1alpha1.ts'
import type { DevnetTruth } from './truth.ts'

/** The PeerProbe that crawls a devnet: what runs when no manifest is given. @param port of its passive node; the default one where absent */
export function devnetManifest ({ network, bootstrapPeers, kadProtocol }: DevnetTruth, port?: number): PeerProbeInput {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'devnet' },
    spec: {
      scans: [{
        name: 'main',
        network: { name: network, bootstrapPeers, protocols: [kadProtocol] },
        // Everything is near: what has not answered in two seconds does not answer.
        active: { interval: '1m', dialTimeout: '2s', visitTimeout: '5s' },
        addresses: { policy: 'Any' },
        ...defined({ passive: port === undefined ? undefined : { port } })
      }],
      consumer: { dump: { enabled: true } }
    }
  }
}
