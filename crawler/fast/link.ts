import { connect } from 'node:net'
import { Connection, NOISE_PROTOCOL } from './connection.ts'
import { SocketLink } from './socket-link.ts'
import type { Clock } from '../../core/clock.ts'
import type { PublicKey } from '../wire/public-key.ts'
import type { ConnectionTarget, HostCredentials } from './connection.ts'
import type { StreamOpener } from './protocol-stream.ts'
import type { SocketTarget } from './socket-link.ts'

/**
 * Where every socket reads into. One for the process: Node calls back at once with what it read, a
 * connection keeps none of it, and no read allocates.
 */
const READ_BUFFER = new Uint8Array(65_536)

/** What a link needs. */
export interface LinkDeps {
  clock: Clock
  host: HostCredentials
}

/** Where to connect, to whom, and how. */
export type LinkTarget = SocketTarget & ConnectionTarget

/** A TCP socket secured by our own Noise. */
export class Link extends SocketLink {
  readonly security = NOISE_PROTOCOL
  readonly connection: Connection

  private constructor ({ clock, host }: LinkDeps, target: LinkTarget) {
    const { ip, port } = target
    super(clock, connect({ host: ip, port, noDelay: true, onread: { buffer: READ_BUFFER, callback: (size, buffer) => this.#read(size, buffer) } }))
    this.connection = new Connection(host, target, {
      onWaiting: this.waiting,
      onSecured: () => {
        this.shaken()
      }
    })
  }

  /** Starts to connect. Nothing is awaited: see {@link secured}. */
  static start (deps: LinkDeps, target: LinkTarget): Link {
    return new Link(deps, target)
  }

  get streams (): StreamOpener {
    return this.connection.streams
  }

  get remoteKey (): PublicKey | undefined {
    return this.connection.remoteKey
  }

  protected start (): void {
    this.connection.start()
  }

  protected write (): void {
    const bytes = this.connection.take()

    if (bytes !== undefined) {
      this.socket.write(bytes) // never waits for drain: the caps of the session bound all that a remote can make us send
    }
  }

  protected stop (): void {
    this.connection.stop()
  }

  #read (size: number, buffer: Uint8Array): boolean {
    this.guard(() => {
      this.connection.feed(buffer.subarray(0, size))
    })

    return true
  }
}
