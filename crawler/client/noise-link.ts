import { Connection, NOISE_PROTOCOL } from './connection.ts'
import { SecuredLink } from './secured-link.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { Carrier, OpenCarrier } from './carrier/carrier.ts'
import type { ConnectionTarget, HostCredentials } from './connection.ts'
import type { Multiplexer } from './multiplexer.ts'

export interface NoiseLinkDeps {
  clock: Clock
  host: HostCredentials
}

/** The carrier of a link. */
export interface NoiseCarrier {
  open: OpenCarrier

  /** Whether the time to open it is a round trip. False for a stream through a relay, which is already open. @default true */
  isConnectTimed?: boolean
}

/** A link secured by our own Noise, over any carrier. */
export class NoiseLink extends SecuredLink {
  readonly security = NOISE_PROTOCOL
  readonly connection: Connection
  readonly #carrier: Carrier

  private constructor ({ clock, host }: NoiseLinkDeps, target: ConnectionTarget, { open, isConnectTimed = true }: NoiseCarrier) {
    super(clock, isConnectTimed)
    this.connection = new Connection(host, target, {
      onWaiting: this.waiting,
      onSecured: () => {
        this.shaken()
      }
    })
    this.#carrier = open(this.carried)
  }

  /** Starts to open the carrier, without waiting: see {@link secured}. */
  static start (deps: NoiseLinkDeps, target: ConnectionTarget, carrier: NoiseCarrier): NoiseLink {
    return new NoiseLink(deps, target, carrier)
  }

  get streams (): Multiplexer {
    return this.connection.streams
  }

  get remoteKey (): PublicKey | undefined {
    return this.connection.remoteKey
  }

  protected start (): void {
    this.connection.start()
  }

  protected read (bytes: Uint8Array): void {
    this.connection.feed(bytes)
  }

  protected write (): void {
    const bytes = this.connection.take()

    if (bytes !== undefined) {
      this.#carrier.write(bytes)
    }
  }

  protected drop (): void {
    this.connection.stop()
    this.#carrier.drop()
  }
}
