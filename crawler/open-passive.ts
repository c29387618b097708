import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { ProbeError } from '../core/errors.ts'
import { formatAddress } from './address/address.ts'
import { loadIdentity } from './passive/identity.ts'
import { PassiveGater } from './passive/limits/passive-gater.ts'
import { machineHasMulticastRoute } from './passive/mdns/multicast-route.ts'
import { PassiveDiscovery } from './passive/passive-discovery.ts'
import { formatPeerId } from './peer/peer-id-text.ts'
import type { CrawlerConfig } from '../core/contracts/process-config.ts'
import type { CompiledScan } from './compile-scan.ts'
import type { DialBudget } from './dial/dial-budget.ts'
import type { PassiveDiscoveryDeps } from './passive/passive-discovery.ts'
import type { PeerRecord } from './peer/peer-record.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface OpenPassiveDeps extends Omit<PassiveDiscoveryDeps, 'bootstrap'> {
  bootstrap: (signal: AbortSignal) => Promise<readonly PeerRecord[]>

  /** The budget that the crawls use too. */
  budget: DialBudget
}

/** Name of the key's file in the state folder. */
const IDENTITY_FILE = 'identity.key'

// Enough to join the network; more dials would give the same peers.
const BOOTSTRAP_DIALS = 8

/** Opens the passive node of a scan. @throws ProbeError `PP_CONFIG_INVALID` with the field that prevents it */
export async function openPassive (config: CrawlerConfig, compiled: CompiledScan, deps: OpenPassiveDeps): Promise<PassiveDiscovery> {
  const { visitor: { agentVersion }, network } = compiled
  const { scan: { passive, addresses } } = config
  const [kadProtocol] = network.protocols

  if (kadProtocol === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', 'network.protocols: the passive node needs the DHT protocol that it serves: set one, or set passive.enabled: false')
  }

  if (passive.mdns && machineHasMulticastRoute() === false) {
    deps.log.warn('multicast DNS will find no peers: this machine has no route to 224.0.0.0/4 (ip route add 224.0.0.0/4 dev <interface>; in a cluster, pod.hostNetwork)')
  }

  return await PassiveDiscovery.open({ ...deps, bootstrap: async signal => dialTargets(await deps.bootstrap(signal)) }, {
    privateKey: await keyOf(config),
    agentVersion,
    kadProtocol,
    host: config.passive.host,
    port: passive.port,
    announce: passive.announce,
    policy: addresses.policy,
    mdns: passive.mdns,
    maxConnections: config.passive.maxConnections,
    gater: new PassiveGater(addresses),
    budget: deps.budget
  })
}

async function keyOf ({ stateFolder, passive: { identityFile } }: CrawlerConfig): Promise<PrivateKey> {
  const path = identityFile ?? (stateFolder === undefined ? undefined : join(stateFolder, IDENTITY_FILE))

  return path === undefined ? await generateKeyPair('Ed25519') : await loadIdentity(path)
}

// Some random bootstrap peers, each with one address: another call tries others.
function dialTargets (peers: readonly PeerRecord[]): Multiaddr[] {
  const texts = peers.flatMap(({ id, addresses }) => {
    const address = addresses.length === 0 ? undefined : formatAddress(addresses[randomInt(addresses.length)] ?? new Uint8Array(0))

    return address === undefined ? [] : [`${address}/p2p/${formatPeerId(id)}`]
  })
  const first = texts.length === 0 ? 0 : randomInt(texts.length)

  return [...texts.slice(first), ...texts.slice(0, first)].slice(0, BOOTSTRAP_DIALS).map(text => multiaddr(text))
}
