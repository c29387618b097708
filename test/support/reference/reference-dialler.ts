import { multiaddr } from '@multiformats/multiaddr'
import { stopwatch } from '../../../crawler/dial/latency.ts'
import { Libp2pSession } from '../../../crawler/passive/connection/libp2p-session.ts'
import { mismatchFault } from '../../../crawler/peer/peer-fault.ts'
import { equalBytes } from '../../../crawler/wire/bytes.ts'
import { dialFault } from './dial-fault.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { Address } from '../../../crawler/address/address-reader.ts'
import type { Latency } from '../../../crawler/dial/latency.ts'
import type { Dialler, Session } from '../../../crawler/dial/session.ts'
import type { DialStage } from './dial-fault.ts'
import type { ReferenceHost, DialProgress } from './reference-host.ts'
import type { Connection } from '@libp2p/interface'

/** Progress events of a dial, and the stage that starts with each. */
const STAGES: Partial<Record<string, DialStage>> = {
  'upgrader:encrypt-outbound-connection': 'secure',
  'upgrader:multiplex-outbound-connection': 'multiplex'
}

/** Dials TCP through a libp2p node. */
export class ReferenceDialler implements Dialler {
  readonly lane = 'full'
  readonly #host: ReferenceHost
  readonly #clock: Clock

  constructor (host: ReferenceHost, clock: Clock) {
    this.#host = host
    this.#clock = clock
  }

  supports ({ transport }: Address): boolean {
    return transport === 'tcp' || transport === undefined
  }

  async dial (address: Address, peerId: Uint8Array, signal: AbortSignal): Promise<Session> {
    const elapsed = stopwatch(this.#clock)
    let stage: DialStage = 'connect'
    let connect: Latency | undefined
    const onProgress = ({ type }: DialProgress): void => {
      stage = STAGES[type] ?? stage
      connect ??= stage === 'connect' ? undefined : elapsed()
    }
    let connection: Connection

    try {
      connection = await this.#host.dial(multiaddr(address.bytes), { signal, onProgress })
    } catch (err) {
      signal.throwIfAborted()

      throw dialFault(err, stage)
    }

    const session = new Libp2pSession(connection, this.#clock, connect)
    this.#check(connection, peerId, session)

    return session
  }

  /**
   * Compares the id for every key type: the library checks it only if the id contains the key, so that anyone could
   * answer for an RSA or ECDSA peer.
   */
  #check ({ remotePeer }: Connection, peerId: Uint8Array, session: Session): void {
    if (!equalBytes(remotePeer.toMultihash().bytes, peerId)) {
      session[Symbol.dispose]()

      throw mismatchFault(`the peer at this address is ${remotePeer.toString()}`, remotePeer.toMultihash().bytes)
    }
  }
}
