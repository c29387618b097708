/**
 * A network of real libp2p peers on this machine, with everything that makes a crawl hard: dead,
 * silent, blackholed and stale addresses. Its true composition is known exactly.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { defined } from '../../core/defined.ts'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { plantDead } from './dead-entries.ts'
import { DevnetPeer } from './devnet-peer.ts'
import { DialInPeer } from './dial-in-peer.ts'
import { hasIpv6Loopback, MAX_PEERS, MIN_PEERS, populationOf } from './population.ts'
import { planRoutingTables } from './routing-tables.ts'
import { KAD_PROTOCOL, NETWORK_NAME, ROLES } from './truth.ts'
import type { DeadEntry } from './dead-entries.ts'
import type { LivingPeer } from './population.ts'
import type { DevnetTruth, PeerTruth } from './truth.ts'
import type { PeerId } from '@libp2p/interface'

/** Settings of {@link Devnet}. */
export interface DevnetOptions {
  /** Real peers, from 4 to 512. @default 32 */
  peers?: number

  /** Loopback port that some peers dial which are in no routing table; absent for no such peers. */
  dialInPort?: number
}

// The ids in the routing table of each server.
type Tables = ReadonlyMap<string, string[]>

interface Living { plan: LivingPeer, peer: DevnetPeer, id: PeerId, addresses: string[] }

// Peers whose addresses stale entries use.
const TCP = /^\/ip4\/[\d.]+\/tcp\/\d+$/

const DIAL_INS = 2
const DIAL_IN_AGENT = 'devnet-hidden/1.4.0'

// Enough to start even if one of them is busy. All other servers are found only through the DHT.
const BOOTSTRAP_PEERS = 3

/** A running devnet. */
export class Devnet implements AsyncDisposable {
  /** What a crawl must find. */
  readonly truth: DevnetTruth

  readonly #stack: AsyncDisposableStack

  private constructor (truth: DevnetTruth, stack: AsyncDisposableStack) {
    this.truth = truth
    this.#stack = stack
  }

  /**
   * Starts all peers and fills their routing tables; resolves when each of them answers.
   *
   * @throws ProbeError `PP_DEVNET_FAILED` with the cause
   */
  static async open ({ peers = 32, dialInPort }: DevnetOptions, signal: AbortSignal): Promise<Devnet> {
    if (!Number.isInteger(peers) || peers < MIN_PEERS || peers > MAX_PEERS) {
      throw new ProbeError('PP_CONFIG_INVALID', `peers: must be a whole number from ${String(MIN_PEERS)} to ${String(MAX_PEERS)}`)
    }

    await using stack = new AsyncDisposableStack()

    try {
      const truth = await build(peers, stack, signal)
      truth.peers.push(...dialInPort === undefined ? [] : await openDialIns(dialInPort, stack))
      return new Devnet(truth, stack.move())
    } catch (err) {
      if (isAbort(err) || isProbeError(err)) {
        throw err
      }
      throw new ProbeError('PP_DEVNET_FAILED', `the devnet did not start: ${errorText(err)}`, { cause: err })
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#stack[Symbol.asyncDispose]()
  }
}

async function build (count: number, stack: AsyncDisposableStack, signal: AbortSignal): Promise<DevnetTruth> {
  const ipv6 = hasIpv6Loopback()
  const keys = await Promise.all(populationOf(count, { ipv6 }).map(async plan => ({ plan, key: await generateKeyPair(plan.keyType) })))
  const started: Omit<Living, 'addresses'>[] = []

  for (const { plan, key } of keys) {
    signal.throwIfAborted()
    const listen = plan.listen.length > 0 ? plan.listen : [throughRelay(started)]
    const peer = stack.use(await DevnetPeer.open({ key, agentVersion: plan.agentVersion, listen, isRelay: plan.isRelay }, signal))
    started.push({ plan, peer, id: peerIdFromPrivateKey(key) })
  }

  const held = started.flatMap(({ peer }) => peer.addresses.filter(address => TCP.test(address)))
  const { entries, closedAddress, leftOut } = await plantDead(held, stack, signal)
  const living = started.map(one => ({ ...one, addresses: [...(one.plan.hasDeadAddress ? [closedAddress] : []), ...one.peer.addresses] }))

  const tables = await introduce(living, entries, signal)

  return truthOf({ living, dead: entries, tables }, ipv6 ? leftOut : [...leftOut, 'IPv6: this machine has no IPv6 loopback'])
}

async function openDialIns (port: number, stack: AsyncDisposableStack): Promise<PeerTruth[]> {
  return await Promise.all(Array.from({ length: DIAL_INS }, async (): Promise<PeerTruth> => {
    const peer = stack.use(await DialInPeer.open({ key: await generateKeyPair('Ed25519'), agentVersion: DIAL_IN_AGENT, port }))

    return {
      id: peer.id.toString(),
      role: 'dials-in',
      keyType: 'Ed25519',
      agentVersion: DIAL_IN_AGENT,
      protocols: peer.protocols,
      addresses: [],
      staleAddresses: [],
      expectedOutcome: ROLES['dials-in'].expectedOutcome
    }
  }))
}

function throughRelay ([relay]: readonly Omit<Living, 'addresses'>[]): string {
  return `${relay?.peer.addresses[0] ?? ''}/p2p/${relay?.id.toString() ?? ''}/p2p-circuit`
}

async function introduce (living: readonly Living[], dead: readonly DeadEntry[], signal: AbortSignal): Promise<Tables> {
  const servers = living.filter(({ plan }) => plan.role === 'server')
  const everyone = [...servers, ...living.filter(({ plan }) => plan.role === 'client'), ...dead]
  const tables = planRoutingTables({ servers: servers.length, others: everyone.length - servers.length })

  await Promise.all(servers.map(async ({ peer }, i) => {
    await peer.serveDht((tables[i] ?? []).flatMap(known => everyone[known] ?? []), signal)
  }))

  return new Map(servers.map(({ id }, i) => [id.toString(), (tables[i] ?? []).map(known => String(everyone[known]?.id))]))
}

interface Built { living: readonly Living[], dead: readonly DeadEntry[], tables: Tables }

function truthOf ({ living, dead, tables }: Built, leftOut: string[]): DevnetTruth {
  const alive = living.map(({ plan, peer, id, addresses }): PeerTruth => ({
    id: id.toString(),
    role: plan.role,
    keyType: plan.keyType,
    agentVersion: plan.agentVersion,
    protocols: peer.protocols,
    addresses: peer.addresses,
    staleAddresses: addresses.filter(address => !peer.addresses.includes(address)),
    ...defined({ table: tables.get(id.toString()) }),
    expectedOutcome: ROLES[plan.role].expectedOutcome
  }))

  return {
    network: NETWORK_NAME,
    kadProtocol: KAD_PROTOCOL,
    bootstrapPeers: living.slice(0, BOOTSTRAP_PEERS).map(({ peer, id }) => `${String(peer.addresses[0])}/p2p/${id.toString()}`),
    contactable: living.length,
    peers: [...alive, ...dead.map(({ id, role, addresses }): PeerTruth => ({
      id: id.toString(),
      role,
      keyType: 'Ed25519',
      protocols: [],
      addresses: [...addresses],
      staleAddresses: [],
      expectedOutcome: ROLES[role].expectedOutcome
    }))],
    leftOut
  }
}
