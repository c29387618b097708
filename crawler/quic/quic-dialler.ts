import { quic } from '@chainsafe/libp2p-quic'
import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { raceAbort } from '../../core/time/race-abort.ts'
import { Proposal } from '../client/stream/multistream.ts'
import { stopwatch } from '../dial/latency.ts'
import { encodeIdentify, IDENTIFY_PROTOCOL } from '../identify/identify-message.ts'
import { classify } from '../peer/classify.ts'
import { mismatchFault, peerFault } from '../peer/peer-fault.ts'
import { formatPeerId, parsePeerId } from '../peer/peer-id-text.ts'
import { frame } from '../wire/frames.ts'
import { isQuic } from './quic-address.ts'
import { QuicSession } from './quic-session.ts'
import { Slots } from './slots.ts'
import type { ProbeError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Address } from '../address/address-reader.ts'
import type { Dialler, Session } from '../dial/session.ts'
import type { NativeConnection } from './native-quic.ts'
import type { ComponentLogger, MultiaddrConnection, PrivateKey, Transport } from '@libp2p/interface'

export interface QuicDiallerDeps { clock: Clock }

/** The identity shown to visited peers. */
export interface QuicDiallerOptions {
  privateKey: PrivateKey
  agentVersion: string
}

// More than some hundreds do not make the library faster, and its memory is outside V8's heap.
const CONNECTIONS = 1_000

// The library's own dial timeout has this lower bound; our deadlines are at most as long.
const IDLE_TIMEOUT_MS = 5_000

const LIMITS = {
  handshakeTimeout: IDLE_TIMEOUT_MS,
  maxIdleTimeout: IDLE_TIMEOUT_MS,
  keepAliveInterval: IDLE_TIMEOUT_MS,
  maxConcurrentStreamLimit: 8,
  maxStreamData: 1_048_576,
  maxConnectionData: 8_388_608
}

/**
 * Dials QUIC by the transport of `@chainsafe/libp2p-quic` without a libp2p node, which takes a third of the CPU.
 *
 * The library does not keep its deadlines and does not abort a dial by its signal. Each dial therefore races the
 * caller's signal, and a late connection is closed. A closed port, dropped packets and a missing route all look the
 * same: `timeout`.
 */
export class QuicDialler implements Dialler, AsyncDisposable {
  readonly lane = 'quic'
  readonly #clock: Clock
  readonly #transport: Transport
  readonly #slots = new Slots(CONNECTIONS)
  readonly #identifyReply: Uint8Array

  constructor ({ clock }: QuicDiallerDeps, { privateKey, agentVersion }: QuicDiallerOptions) {
    const publicKey = publicKeyToProtobuf(privateKey.publicKey)
    const identity = frame(encodeIdentify({ publicKey, protocolVersion: 'ipfs/0.1.0', agentVersion, protocols: [IDENTIFY_PROTOCOL] }))
    this.#clock = clock
    this.#transport = quic(LIMITS)({ privateKey, logger: SILENT })
    this.#identifyReply = Buffer.concat([new Proposal(IDENTIFY_PROTOCOL).opening, identity])
  }

  supports (address: Address): boolean {
    return isQuic(address)
  }

  async dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session> {
    const slot = await this.#slots.take(signal)
    const elapsed = stopwatch(this.#clock)

    try {
      const connection = await this.#connect(address, signal)
      const dialled = elapsed()
      checkPeer(connection, peerId)

      return new QuicSession({ clock: this.#clock, identifyReply: this.#identifyReply, slot }, connection.native, dialled)
    } catch (err) {
      slot[Symbol.dispose]()
      throw err
    }
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await (this.#transport as Transport & { stop?: () => Promise<void> }).stop?.()
  }

  async #connect (address: Address, signal: AbortSignal): Promise<DialledConnection> {
    const dialling = this.#transport.dial(multiaddr(address.bytes), { signal, upgrader: UPGRADER } as never) as unknown as Promise<DialledConnection>

    try {
      return await raceAbort(dialling, signal, ({ maConn }) => {
        maConn.abort(TOO_LATE)
      })
    } catch (err) {
      signal.throwIfAborted()
      throw quicFault(err)
    }
  }
}

interface DialledConnection { maConn: MultiaddrConnection, native: NativeConnection }

/** The library passes the native connection to its muxer in this factory. */
interface MuxerFactory { init: { connection: NativeConnection } }

const TOO_LATE = peerFault('aborted', 'the connection was made too late')

// QUIC has its own security and streams: nothing is negotiated, and the library's muxer is not used.
const UPGRADER = {
  upgradeOutbound: async (maConn: MultiaddrConnection, { muxerFactory }: { muxerFactory: MuxerFactory }) =>
    await Promise.resolve({ maConn, native: muxerFactory.init.connection })
}

const silent = Object.assign(() => undefined, { enabled: false, trace: () => undefined, error: () => undefined, newScope: () => silent })
const SILENT: ComponentLogger = { forComponent: () => silent }

// The library has verified the certificate and reports its peer id; here we check that it is the expected peer.
function checkPeer ({ maConn }: DialledConnection, peerId: Uint8Array): void {
  const proven = maConn.remoteAddr.getComponents().find(({ name }) => name === 'p2p')?.value

  if (proven !== formatPeerId(peerId)) {
    maConn.abort(TOO_LATE)
    throw mismatchFault(`the peer at this address is ${proven ?? 'another'}`, proven === undefined ? undefined : parsePeerId(proven))
  }
}

/** The fault of a failed QUIC dial. The library reports the cause only as text; an unknown key type appears as a certificate error. */
export function quicFault (err: unknown): ProbeError<'PP_PEER_FAULT'> {
  const { outcome, detail = '' } = classify(err)

  if (outcome !== 'unknown') {
    return peerFault(outcome, detail, err)
  }

  const known = TEXTS.find(([pattern]) => pattern.test(detail))

  return peerFault(known === undefined ? 'handshake-failed' : known[1], detail, err)
}

const TEXTS = [
  [/certificate/i, 'security-unsupported'],
  [/timed? ?out/i, 'timeout'],
  [/peer id mismatch|unexpected peer/i, 'peer-id-mismatch'],
  [/unreachable|no route|invalid remote address/i, 'unreachable'],
  [/closed|reset/i, 'reset']
] as const
