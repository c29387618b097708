import { onAbort } from '../../core/time/signals.ts'
import { least, sinceSent } from '../dial/latency.ts'
import { classify } from '../peer/classify.ts'
import { peerFault } from '../peer/peer-fault.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { CarrierHandler } from './carrier/carrier.ts'
import type { StreamOpener } from './protocol-stream.ts'

/** One for all: each visit ends in it, and an error of its own costs a stack trace. */
const GIVEN_UP = peerFault('aborted', 'the connection was given up')

/** What asks a remote for a sign of life. */
export interface Pinger {
  /** @param onPong called at the answer */
  ping (onPong: () => void): void
}

/** What carries bytes and what secures them: from the connect to the reset. */
export abstract class SecuredLink implements Disposable {
  /** Protocol id of what secures it. */
  abstract readonly security: string

  /** Streams can be opened once secured. */
  abstract readonly streams: StreamOpener & Pinger

  /** The key that the remote has proven to have. */
  abstract readonly remoteKey: PublicKey | undefined

  /** Told once why the link ended, unless it was disposed of first. */
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

  /** @param isConnectTimed whether the time until the carrier is open is that of a round trip */
  protected constructor (clock: Clock, isConnectTimed = true) {
    this.#clock = clock
    this.#isConnectTimed = isConnectTimed
    this.#startedAt = clock.monotonic()
    // Node connects in its next tick, however long this one still takes.
    process.nextTick(() => {
      this.#startedAt = clock.monotonic()
    })
  }

  /** Least of the times that the connect and the handshake took. */
  get latency (): Latency | undefined {
    return this.#latency
  }

  /** Whether the remote accepted the connection. */
  get isConnected (): boolean {
    return this.#isConnected
  }

  /** From when the first bytes on streams left to what arrives now: at a first answer, the time of one round trip. */
  sinceAsked (): Latency | undefined {
    return this.#askedAt === undefined ? undefined : sinceSent(this.#clock, this.#askedAt)
  }

  /** Measures a round trip by a ping of yamux, which every implementation answers at once. Undefined when the link ends first. Once at a time. */
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

  /** Waits until the remote has proven who it is. Rejects with PP_PEER_FAULT, or the signal's reason, and disposes of the link then. */
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

  /** Leaves the connection at once. */
  [Symbol.dispose] (): void {
    this.#fault ??= GIVEN_UP
    this.#onPong?.(undefined)
    clearImmediate(this.#flush)
    this.drop()
  }

  /** Says the first words. */
  protected abstract start (): void

  /** Reads what came from the wire. What it throws ends the link. */
  protected abstract read (bytes: Uint8Array): void

  /** Writes everything that waits. */
  protected abstract write (): void

  /** Delivers nothing more, and leaves. */
  protected abstract drop (): void

  /** What carries the link tells it here. */
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
    // each carrier ends, mostly by our own doing: an error costs a stack trace
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

  /** A round trip of the handshake starts now, and not with the connection. */
  protected shaking (): void {
    this.#shakenAt = this.#clock.monotonic()
  }

  /** The remote has proven who it is. */
  protected shaken (): void {
    this.#isSecured = true
    this.#latency = this.#shakenAt === undefined ? this.#latency : least(this.#latency, sinceSent(this.#clock, this.#shakenAt))
    this.#secured.resolve(undefined)
  }

  /** Bytes wait: writes them after whatever can be written with them. */
  protected readonly waiting = (): void => {
    this.#flush ??= setImmediate(this.#onFlush)
  }

  /** Does something that a remote's bytes may break; what they break ends the link. */
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
