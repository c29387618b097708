import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { parseAddress } from '../../crawler/address/address.ts'
import { seedPeers } from '../../crawler/bootstrap/seed-peers.ts'
import { resolveNetwork } from '../../crawler/networks/presets.ts'
import { formatPeerId, parsePeerId } from '../../crawler/peer/peer-id-text.ts'
import { checkAddress } from './check-address.ts'
import { openCheckTools } from './check-tools.ts'
import { diagnose } from './diagnosis.ts'
import { findAddresses } from './find-addresses.ts'
import type { Scan } from '../../core/contracts/scan.ts'
import type { CheckOptions, CheckTools } from './check-tools.ts'
import type { CheckedAddress } from './checked-address.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { FoundAddresses } from './find-addresses.ts'

/** Which peer is checked, and in which network. */
export interface CheckRequest extends Omit<CheckOptions, 'protocols'> {
  /** A peer id, or a multiaddr that ends in one. */
  peer: string

  /** Name of a preset; without it the network is that of the bootstrap peers, or unknown. */
  network?: string

  /** The network of a scan, in place of a preset. */
  scanNetwork?: Scan['network']

  /** Multiaddrs of peers that are asked for addresses, in place of the preset's. */
  bootstrapPeers: readonly string[]
}

/** The result of a check. */
export interface CheckReport extends Diagnosis {
  peerId: string

  /** What the DHT answered, if it was asked for addresses. */
  lookup?: Pick<FoundAddresses, 'answered' | 'mentions'>

  addresses: readonly CheckedAddress[]
}

const DEFAULT_NETWORK = 'ipfs'

/** Addresses checked at the same time. */
const PARALLEL = 4

/**
 * Checks whether a peer can be reached, at each of its addresses.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` for what is no peer, `PP_NETWORK_UNKNOWN`
 */
export async function checkPeer (request: CheckRequest, signal: AbortSignal): Promise<CheckReport> {
  const { peer, bootstrapPeers, policy } = request
  const { id, address } = targetOf(peer)
  const { protocols, seeds } = networkOf(request)
  await using stack = new AsyncDisposableStack()
  const tools = await openCheckTools({ ...request, protocols }, stack)
  const found = address === undefined ? await lookUp(id, seeds, tools, signal) : undefined
  const isBootstrap = bootstrapPeers.some(text => text === peer)
  const addresses = address === undefined ? found?.addresses ?? [] : [address]
  const checked = await checkAll(addresses.map(one => ({ id, address: one, isBootstrap })), tools, signal)

  return {
    peerId: formatPeerId(id),
    ...diagnose(checked, policy),
    ...defined({ lookup: found === undefined ? undefined : { answered: found.answered, mentions: found.mentions } }),
    addresses: checked
  }
}

function targetOf (text: string): { id: Uint8Array, address?: Uint8Array } {
  const id = parsePeerId(text)

  if (id !== undefined) {
    return { id }
  }

  const parsed = parseAddress(text)

  if (parsed?.peerId === undefined) {
    const problem = parsed === undefined ? 'it is neither a peer id (such as 12D3Koo… or Qm…) nor a multiaddr (such as /ip4/192.0.2.1/tcp/4001/p2p/12D3Koo…)' : 'a multiaddr must end in /p2p/ and the peer id that should answer'
    throw new ProbeError('PP_CONFIG_INVALID', `${escapeControlChars(text.slice(0, 200))}: ${problem}`)
  }

  return { id: parsed.peerId, ...defined({ address: parsed.address.length === 0 ? undefined : parsed.address }) }
}

function networkOf ({ network, scanNetwork, bootstrapPeers }: CheckRequest): { protocols: readonly string[], seeds: readonly string[] } {
  if (network === undefined && scanNetwork === undefined && bootstrapPeers.length > 0) {
    return { protocols: [], seeds: bootstrapPeers }
  }

  const known = resolveNetwork(scanNetwork ?? { preset: network ?? DEFAULT_NETWORK })

  return { protocols: known.protocols, seeds: bootstrapPeers.length > 0 ? bootstrapPeers : known.bootstrapPeers }
}

async function lookUp (id: Uint8Array, seeds: readonly string[], tools: CheckTools, signal: AbortSignal): Promise<FoundAddresses> {
  const found = await findAddresses(id, await seedPeers(seeds, tools.dns, signal), tools, signal)

  if (found.answered === 0) {
    throw new ProbeError('PP_NO_BOOTSTRAP', 'no peer of the network answers, so nobody can be asked for the addresses of the peer')
  }

  return found
}

async function checkAll (targets: readonly Parameters<typeof checkAddress>[0][], tools: CheckTools, signal: AbortSignal): Promise<CheckedAddress[]> {
  const checked: CheckedAddress[] = []

  for (let i = 0; i < targets.length; i += PARALLEL) {
    checked.push(...(await Promise.all(targets.slice(i, i + PARALLEL).map(async target => await checkAddress(target, tools, signal)))).flat())
  }

  return distinct(checked)
}

// Several names may lead to one address.
function distinct (checked: readonly CheckedAddress[]): CheckedAddress[] {
  return [...new Map(checked.map(address => [address.address, address])).values()]
}
