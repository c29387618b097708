// A manifest from two options: a network by name, or by peers to start from.
import { presetNames, resolveNetwork } from '../../crawler/networks/presets.ts'
import { API_VERSION, KIND } from '../../operator/api/v1alpha1.ts'
import type { PeerProbeInput } from '../../operator/api/v1alpha1.ts'

/** A network that is chosen on the command line. */
export interface NetworkChoice {
  /** Name of a preset, or with bootstrap peers any name. @default own */
  name?: string

  /** Multiaddrs where crawls start; empty for those of the preset. */
  bootstrapPeers: readonly string[]

  /** Which addresses are dialled. @default Public */
  addresses?: 'Public' | 'Private' | 'Any'
}

const OWN = 'own'

/**
 * The manifest that crawls a network, not checked yet. With bootstrap peers, a preset gives the DHT protocols
 * only; without a preset they are learnt, and then there is no passive node, which would have to serve them.
 *
 * @throws ProbeError `PP_NETWORK_UNKNOWN` for a name that is no preset, without bootstrap peers
 */
export function networkManifest ({ name = OWN, bootstrapPeers, addresses = 'Public' }: NetworkChoice): PeerProbeInput {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name },
    spec: {
      scans: [{ name: 'main', addresses: { policy: addresses }, ...bootstrapPeers.length === 0 ? fromPreset(name) : fromPeers(name, bootstrapPeers) }],
      consumer: { dump: { enabled: true } }
    }
  }
}

type ScanPart = Pick<PeerProbeInput['spec']['scans'][number], 'network' | 'passive'>

function fromPreset (preset: string): ScanPart {
  resolveNetwork({ preset })

  return { network: { preset } }
}

function fromPeers (name: string, bootstrapPeers: readonly string[]): ScanPart {
  const peers = { name, bootstrapPeers: [...bootstrapPeers] }

  return presetNames().includes(name)
    ? { network: { ...peers, protocols: [...resolveNetwork({ preset: name }).protocols] } }
    : { network: peers, passive: { enabled: false } }
}
