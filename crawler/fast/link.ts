import { connect } from 'node:net'
import { classify } from '../visit/classify.ts'
import { peerFault } from '../visit/peer-fault.ts'
import { Connection } from './connection.ts'
import type { Clock } from '../../core/clock.ts'
import type { ConnectionTarget, HostCredentials } from './connection.ts'
import type { Socket } from 'node:net'

/**
 * Where every socket reads into. One for the process: Node calls back at once with what it read, a
 * connection keeps none of it, and no read allocates.
 */
const READ_BUFFER = new Uint8Array(65_536)

/** One for all: each visit ends in it, and an error of its own costs a stack trace. */
const GIVEN_UP = peerFault('aborted', 'the connection was given up')

/** What a link needs. */
export interface LinkDeps {
  clock: Clock
  host: HostCredentials
}

/** Where to connect, and to whom. */
export interface LinkTarget extends ConnectionTarget {
  /** IP address as text. */
  ip: string

  port: number
}

/** A TCP socket and the connection that it feeds. */
export class Link implements Disposable {
  readonly connection: Connection
  readonly #clock: Clock
  readonly #socket: Socket
  readonly #secured = Promise.withResolvers<undefined>()
  readonly #startedAt: number
  #connectedAt: number | undefined
  #securedAt: number | undefined
  #flush: NodeJS.Immediate | undefined
  #fault: Error | undefined

  /** Told once why the link ended, unless it was disposed of first. */
  onClosed: ((fault: Error) => void) | undefined

  private constructor ({ clock, host }: LinkDeps, target: LinkTarget) {
    this.#clock = clock
    this.#startedAt = clock.monotonic()
    this.connection = new Connection(host, target, {
      onWaiting: () => {
        this.#flush ??= setImmediate(this.#onFlush)
      },
      onSecured: () => {
        this.#securedAt = clock.monotonic()
        this.#secured.resolve(undefined)
      }
    })
    this.#socket = connect({ host: target.ip, port: target.port, noDelay: true, onread: { buffer: READ_BUFFER, callback: this.#onBytes } })
    this.#socket.on('connect', this.#onConnect)
    this.#socket.on('error', this.#onError)
    this.#socket.on('end', this.#onEnd)
    this.#socket.on('close', this.#onEnd)
  }

  /** Starts to connect. Nothing is awaited: see {@link secured}. */
  static start (deps: LinkDeps, target: LinkTarget): Link {
    return new Link(deps, target)
  }

  /** Least of the times that the TCP connect and the Noise handshake took, in milliseconds. */
  get latencyMs (): number | undefined {
    return this.#connectedAt === undefined ? undefined : Math.min(this.#connectedAt - this.#startedAt, (this.#securedAt ?? Infinity) - this.#connectedAt)
  }

  /** Whether the remote accepted the TCP connection. */
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
      this.#fail(signal.reason as Error)
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

  /** Resets the connection at once. */
  [Symbol.dispose] (): void {
    this.#fault ??= GIVEN_UP
    this.connection.stop()
    clearImmediate(this.#flush)

    // resetting a socket that still connects would wait for it to connect
    if (this.#socket.connecting) {
      this.#socket.destroy()
    } else {
      this.#socket.resetAndDestroy()
    }
  }

  readonly #onConnect = (): void => {
    this.#connectedAt = this.#clock.monotonic()
    this.connection.start()
    this.#onFlush()
  }

  readonly #onBytes = (size: number, buffer: Uint8Array): boolean => {
    if (this.#fault === undefined) {
      try {
        this.connection.feed(buffer.subarray(0, size))
      } catch (err) {
        this.#fail(err as Error)
      }
    }

    return true
  }

  readonly #onFlush = (): void => {
    clearImmediate(this.#flush)
    this.#flush = undefined
    const bytes = this.#fault === undefined ? this.connection.take() : undefined

    if (bytes !== undefined) {
      this.#socket.write(bytes) // never waits for drain: the caps of the session bound all that a remote can make us send
    }
  }

  readonly #onError = (err: Error): void => {
    this.#fail(peerFault(classify(err).outcome, err.message, err))
  }

  /** Each socket closes, mostly by our own doing: an error costs a stack trace. */
  readonly #onEnd = (): void => {
    if (this.#fault === undefined) {
      this.#fail(peerFault('reset', 'the remote closed the connection'))
    }
  }

  #fail (fault: Error): void {
    if (this.#fault !== undefined) {
      return
    }

    this.#fault = fault
    const isSecured = this.#securedAt !== undefined
    this[Symbol.dispose]()

    if (isSecured) {
      this.onClosed?.(fault)
    } else {
      this.#secured.reject(fault)
    }
  }
}
