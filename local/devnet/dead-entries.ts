import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { errorText, isProbeError, ProbeError } from '../../core/errors.ts'
import { BlackholePorts } from './blackhole-ports.ts'
import { findClosedPorts } from './closed-ports.ts'
import { DevnetPeer } from './devnet-peer.ts'
import { DEAD_ENTRIES } from './population.ts'
import { SilentPort } from './silent-port.ts'
import type { TableEntry } from './devnet-peer.ts'
import type { PeerId } from '@libp2p/interface'

/** A peer that is in routing tables but cannot be contacted. */
export interface DeadEntry extends TableEntry {
  role: keyof typeof DEAD_ENTRIES
}

/** The result of {@link plantDead}. */
export interface DeadEntries {
  entries: DeadEntry[]

  /** An address that refuses connections, to announce next to live addresses. */
  closedAddress: string

  /** What this machine cannot provide, and why. */
  leftOut: string[]
}

// Below the ports that kernels use for outgoing connections (Linux from 32768, others from 49152).
const GONE_PORTS = { from: 20_000, to: 32_000 } as const

/** Creates the dead entries; `held` are addresses of live peers, for the stale entries. Resources that must stay open go on the stack. */
export async function plantDead (held: readonly string[], stack: AsyncDisposableStack, signal: AbortSignal): Promise<DeadEntries> {
  const closed = (await findClosedPorts(DEAD_ENTRIES.refuses, signal)).map(tcp)
  const silent = await Promise.all(Array.from({ length: DEAD_ENTRIES.silent }, async () => stack.use(await SilentPort.open(signal))))
  const { ports, leftOut } = await openBlackholes(stack, signal)

  return {
    entries: [
      ...await entriesOf('refuses', closed),
      ...await entriesOf('silent', silent.map(({ port }) => tcp(port))),
      ...await entriesOf('swallows', ports.map(tcp)),
      ...await entriesOf('stale', held.slice(-DEAD_ENTRIES.stale)),
      ...await Promise.all(Array.from({ length: DEAD_ENTRIES.gone }, async () => await comeAndGo(signal))),
      ...await entriesOf('quic-only', await Promise.all(Array.from({ length: DEAD_ENTRIES['quic-only'] }, async () => await silentUdp(stack)))),
      ...await entriesOf('metadata', Array.from({ length: DEAD_ENTRIES.metadata }, () => '/ip4/169.254.169.254/tcp/80'))
    ],
    closedAddress: String(closed[0]),
    leftOut
  }
}

async function openBlackholes (stack: AsyncDisposableStack, signal: AbortSignal): Promise<{ ports: readonly number[], leftOut: string[] }> {
  try {
    const { ports } = stack.use(await BlackholePorts.open(DEAD_ENTRIES.swallows, signal))
    return { ports, leftOut: [] }
  } catch (err) {
    if (isProbeError(err, 'PP_DEVNET_FAILED')) {
      return { ports: [], leftOut: [`swallows: ${err.message}`] }
    }
    throw err
  }
}

// Kept open so that nothing else can answer there.
async function silentUdp (stack: AsyncDisposableStack): Promise<string> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  stack.defer(() => {
    socket.close()
  })
  await once(socket, 'listening')

  return `/ip4/127.0.0.1/udp/${String(socket.address().port)}/quic-v1`
}

async function entriesOf (role: DeadEntry['role'], addresses: readonly string[]): Promise<DeadEntry[]> {
  return await Promise.all(addresses.map(async address => ({ role, id: await inventId(), addresses: [address] })))
}

// A valid id whose private key is discarded.
async function inventId (): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

// A peer that really existed, at a port that is unlikely to be reused after it has left.
async function comeAndGo (signal: AbortSignal): Promise<DeadEntry> {
  const key = await generateKeyPair('Ed25519')
  let fault: unknown

  for (let attempt = 0; attempt < 20; attempt++) {
    const address = tcp(randomInt(GONE_PORTS.from, GONE_PORTS.to))

    try {
      await using peer = await DevnetPeer.open({ key, agentVersion: 'devnet/1.0.0', listen: [address] }, signal)
      return { role: 'gone', id: peer.id, addresses: peer.addresses }
    } catch (err) {
      fault = err // the port is taken: try another
    }
  }

  throw new ProbeError('PP_DEVNET_FAILED', `no port from ${String(GONE_PORTS.from)} to ${String(GONE_PORTS.to)} was free: ${errorText(fault)}`, { cause: fault })
}

function tcp (port: number): string {
  return `/ip4/127.0.0.1/tcp/${String(port)}`
}
