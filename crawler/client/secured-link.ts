import { onAbort } from '../../core/time/signals.ts'
import { least, sinceSent } from '../dial/latency.ts'
import { classify } from '../peer/classify.ts'
import { peerFault } from '../peer/peer-fault.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { CarrierHandler } from './carrier/carrier.ts'
import type { StreamOpener } from './protocol-stream.ts'

/** One shared error: every visit ends with it, and a new error would cost a stack trace. */
const GIVEN_UP = peerFault('aborted', 'the connection was closed')

/** Sends pings. */
export interface Pinger {
  /** @param onPong called at the answer */
  ping (onPong: () => void): void
}

/** A carrier and the security on top of it, from the connect to the reset. */
export abstract class SecuredLink implements Disposable {
  /** Protocol id of the security: Noise or TLS. */
  abstract readonly security: string

  /** Streams can be opened once secured. */
  abstract readonly streams: StreamOpener & Pinger

  /** The key that the remote has proved to have. */
  abstract readonly remoteKey: PublicKey | undefined

  /** Called once with the reason when a secured link ends, unless it was disposed of first. */
  onClosed: ((fault: Error) => void) | undefined

  readonly #clock: Clock
  readonly #isConnectTimed: boolean
  readonly #secured = Promise.withResolvers<undefined>()
  #startedAt: number
  #isConnected = false
  #isSecured = false
  #shakenAt: number | undefined
  #askedAt: number | undefined
  #pingedAt: number | undefined
  #onPong: ((latency: Latency | undefined) => void) | undefined
  #latency: Latency | undefined
  #flush: NodeJS.Immediate | undefined
  #fault: Error | undefined

  /** @param isConnectTimed whether the time to open the carrier is a round trip */
  protected constructor (clock: Clock, isConnectTimed = true) {
    this.#clock = clock
    this.#isConnectTimed = isConnectTimed
    this.#startedAt = clock.monotonic()
    // Node.js connects in its next tick, however long the current one takes.
    process.nextTick(() => {
      this.#startedAt = clock.monotonic()
    })
  }

  /** The shorter one of the times of the connect and of the handshake. */
  get latency (): Latency | undefined {
    return this.#latency
  }

  /** Whether the remote accepted the connection. */
  get isConnected (): boolean {
    return this.#isConnected
  }

  /** Time from sending the first bytes on streams to what arrives now: at the first answer, one round trip. */
  sinceAsked (): Latency | undefined {
    return this.#askedAt === undefined ? undefined : sinceSent(this.#clock, this.#askedAt)
  }

  /**
   * Measures a round trip by a yamux ping, which every implementation answers at once. Undefined if the link ends
   * first. Do not call it again before it resolves.
   */
  async ping (): Promise<Latency | undefined> {
    if (this.#fault !== undefined) {
      return undefined
    }

    const { promise, resolve } = Promise.withResolvers<Latency | undefined>()
    this.#pingedAt = undefined
    this.#onPong = resolve
    this.streams.ping(() => {
      resolve(this.#pingedAt === undefined ? undefined : sinceSent(this.#clock, this.#pingedAt))
    })

    return await promise
  }

  /** Waits until the remote has proved its identity. If it fails, it disposes of the link and rejects with PP_PEER_FAULT or the signal's reason. */
  async secured (signal: AbortSignal): Promise<void> {
    try {
      signal.throwIfAborted()
      using _ = onAbort(signal, (reason) => {
        this.fail(reason)
      })
      await this.#secured.promise
    } catch (err) {
      this[Symbol.dispose]()
      throw err
    }
  }

  /** Closes the connection at once. */
  [Symbol.dispose] (): void {
    this.#fault ??= GIVEN_UP
    this.#onPong?.(undefined)
    clearImmediate(this.#flush)
    this.drop()
  }

  /** Sends the first bytes. */
  protected abstract start (): void

  /** Reads bytes from the wire. An error ends the link. */
  protected abstract read (bytes: Uint8Array): void

  /** Writes all bytes that are ready. */
  protected abstract write (): void

  /** Stops delivering and closes the carrier. */
  protected abstract drop (): void

  /** The callbacks of the carrier. */
  protected readonly carried: CarrierHandler = {
    onOpen: () => {
      this.#isConnected = true
      this.#latency = this.#isConnectTimed ? sinceSent(this.#clock, this.#startedAt) : undefined
      this.start()
      this.#shakenAt = this.#clock.monotonic()
      this.#onFlush()
    },
    onBytes: (bytes) => {
      this.#clock.loop?.arrived()
      this.guard(() => {
        this.read(bytes)
      })
    },
    // every carrier ends, mostly because we closed it: avoid the stack trace of a new error then
    onEnd: () => {
      if (this.#fault === undefined) {
        this.fail(peerFault('reset', 'the remote closed the connection'))
      }
    },
    onError: (err) => {
      this.fail(peerFault(classify(err).outcome, err.message, err))
    }
  }

  protected get isSecured (): boolean {
    return this.#isSecured
  }

  /** A round trip of the handshake starts now, not with the connection. */
  protected shaking (): void {
    this.#shakenAt = this.#clock.monotonic()
  }

  /** The remote has proved its identity. */
  protected shaken (): void {
    this.#isSecured = true
    this.#latency = this.#shakenAt === undefined ? this.#latency : least(this.#latency, sinceSent(this.#clock, this.#shakenAt))
    this.#secured.resolve(undefined)
  }

  /** Bytes are ready: schedules a write, together with everything else that becomes ready in this turn of the event loop. */
  protected readonly waiting = (): void => {
    this.#flush ??= setImmediate(this.#onFlush)
  }

  /** Runs an operation on a remote's bytes; an error ends the link. */
  protected guard (operation: () => void): void {
    if (this.#fault === undefined) {
      try {
        operation()
      } catch (err) {
        this.fail(err as Error)
      }
    }
  }

  protected fail (fault: Error): void {
    if (this.#fault !== undefined) {
      return
    }

    this.#fault = fault
    const { isSecured } = this
    this[Symbol.dispose]()

    if (isSecured) {
      this.onClosed?.(fault)
    } else {
      this.#secured.reject(fault)
    }
  }

  readonly #onFlush = (): void => {
    clearImmediate(this.#flush)
    this.#flush = undefined

    if (this.#fault === undefined) {
      if (this.#isSecured) {
        this.#pingedAt ??= this.#clock.monotonic()
        this.#askedAt ??= this.#pingedAt
      }

      this.write()
      this.#clock.loop?.worked()
    }
  }
}
