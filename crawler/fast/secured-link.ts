import { classify } from '../visit/classify.ts'
import { peerFault } from '../visit/peer-fault.ts'
import type { Clock } from '../../core/clock.ts'
import type { PublicKey } from '../wire/public-key.ts'
import type { CarrierHandler } from './carrier.ts'
import type { StreamOpener } from './protocol-stream.ts'

/** One for all: each visit ends in it, and an error of its own costs a stack trace. */
const GIVEN_UP = peerFault('aborted', 'the connection was given up')

/** What carries bytes and what secures them: from the connect to the reset. */
export abstract class SecuredLink implements Disposable {
  /** Protocol id of what secures it. */
  abstract readonly security: string

  /** Streams can be opened once secured. */
  abstract readonly streams: StreamOpener

  /** The key that the remote has proven to have. */
  abstract readonly remoteKey: PublicKey | undefined

  /** Told once why the link ended, unless it was disposed of first. */
  onClosed: ((fault: Error) => void) | undefined

  readonly #clock: Clock
  readonly #isConnectTimed: boolean
  readonly #secured = Promise.withResolvers<undefined>()
  readonly #startedAt: number
  #connectedAt: number | undefined
  #shakenAt: number | undefined
  #securedAt: number | undefined
  #flush: NodeJS.Immediate | undefined
  #fault: Error | undefined

  /** @param isConnectTimed whether the time until the carrier is open is that of a round trip */
  protected constructor (clock: Clock, isConnectTimed = true) {
    this.#clock = clock
    this.#isConnectTimed = isConnectTimed
    this.#startedAt = clock.monotonic()
  }

  /** Least of the times that the connect and the handshake took, in milliseconds. */
  get latencyMs (): number | undefined {
    if (this.#connectedAt === undefined) {
      return undefined
    }

    const connectMs = this.#isConnectTimed ? this.#connectedAt - this.#startedAt : Infinity

    return Math.min(connectMs, (this.#securedAt ?? Infinity) - (this.#shakenAt ?? 0))
  }

  /** Whether the remote accepted the connection. */
  get isConnected (): boolean {
    return this.#connectedAt !== undefined
  }

  /** Milliseconds since the connection was secured: at a first answer, the time of one round trip. */
  get sinceSecuredMs (): number {
    return this.#clock.monotonic() - (this.#securedAt ?? -Infinity)
  }

  /** Waits until the remote has proven who it is. Rejects with PP_PEER_FAULT, or the signal's reason, and disposes of the link then. */
  async secured (signal: AbortSignal): Promise<void> {
    const onAbort = (): void => {
      this.fail(signal.reason as Error)
    }
    signal.addEventListener('abort', onAbort, { once: true })

    try {
      signal.throwIfAborted()
      await this.#secured.promise
    } catch (err) {
      this[Symbol.dispose]()
      throw err
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Leaves the connection at once. */
  [Symbol.dispose] (): void {
    this.#fault ??= GIVEN_UP
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
      this.#connectedAt = this.#shakenAt = this.#clock.monotonic()
      this.start()
      this.#onFlush()
    },
    onBytes: (bytes) => {
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
    return this.#securedAt !== undefined
  }

  /** A round trip of the handshake starts now, and not with the connection. */
  protected shaking (): void {
    this.#shakenAt = this.#clock.monotonic()
  }

  /** The remote has proven who it is. */
  protected shaken (): void {
    this.#securedAt = this.#clock.monotonic()
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
      this.write()
    }
  }
}
