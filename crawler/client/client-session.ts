import { sleep } from '../../core/time/sleep.ts'
import { least } from '../dial/latency.ts'
import { IDENTIFY_PROTOCOL } from '../identify/identify-message.ts'
import { outcomeOfFault, peerFault } from '../peer/peer-fault.ts'
import { ProtocolStream } from './protocol-stream.ts'
import { Proposal } from './stream/multistream.ts'
import { YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Latency } from '../dial/latency.ts'
import type { QueryStream, ReadStream, Session } from '../dial/session.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { SecuredLink } from './secured-link.ts'

/**
 * A session keeps one secured connection, which may be replaced up to four times.
 *
 * rust-libp2p hosts without an idle timeout close a connection that has no stream yet, so it is chance whether our
 * streams are in time. A connection that closes before any stream is answered is therefore dialled again, and the
 * streams are opened again on the new one. After the first answer a close is final.
 */
const MAX_REDIALS = 4
const MIN_WAIT_MS = 20
const MAX_WAIT_MS = 400

const IDENTIFY = new Proposal(IDENTIFY_PROTOCOL)
const NOTHING = new Uint8Array(0)

/** One shared error: every visit ends with it, and a new error would cost a stack trace. */
const CLOSED = peerFault('aborted', 'the session was closed')

export interface ClientSessionDeps {
  clock: Clock

  /** In [0, 1). */
  random: () => number

  /** The transport, and whether a relay limits the connection. */
  via: Pick<Session['connection'], 'transport' | 'limited'>

  /** Opens another secured link to the same address. */
  redial: (signal: AbortSignal) => Promise<SecuredLink>

  /** The cached proposal of a protocol. */
  proposalOf: (protocol: string) => Proposal
}

/** A {@link Session} over TCP, WebSocket or a relay. */
export class ClientSession implements Session {
  readonly connection: Session['connection']
  readonly #deps: ClientSessionDeps
  readonly #streams = new Set<ProtocolStream>()
  readonly #closing = new AbortController()
  #link: SecuredLink | undefined
  #latency: Latency | undefined
  #redials = 0
  #isAnswered = false
  #fault: Error | undefined

  constructor (deps: ClientSessionDeps, link: SecuredLink) {
    this.connection = { ...deps.via, security: link.security, muxer: YAMUX_PROTOCOL }
    this.#deps = deps
    this.#use(link)
  }

  get latency (): Latency | undefined {
    return this.#latency
  }

  get remoteKey (): PublicKey | undefined {
    return this.#link?.remoteKey
  }

  async openIdentify (signal: AbortSignal): Promise<ReadStream> {
    const stream = await this.#openSelected(IDENTIFY, NOTHING, signal)

    if (stream === undefined) {
      throw peerFault('protocol-error', 'the remote refuses identify')
    }

    return stream
  }

  /** `first` is sent together with each proposal. A remote that refuses the protocol ignores it. */
  async openQueries (protocols: readonly string[], first: Uint8Array, signal: AbortSignal): Promise<QueryStream | undefined> {
    for (const protocol of protocols) {
      const stream = await this.#openSelected(this.#deps.proposalOf(protocol), first, signal)

      if (stream !== undefined) {
        return stream
      }
    }

    return undefined
  }

  async ping (): Promise<void> {
    this.#latency = least(this.#latency, await this.#link?.ping())
  }

  [Symbol.dispose] (): void {
    this.#fail(CLOSED)
    this.#closing.abort(CLOSED)
    this.#link?.[Symbol.dispose]()
    this.#link = undefined
  }

  /** A stream on which the remote has agreed to the protocol; undefined if it refuses. */
  async #openSelected (proposal: Proposal, first: Uint8Array, signal: AbortSignal): Promise<ProtocolStream | undefined> {
    using unselected = new DisposableStack()
    const stream = unselected.use(this.#open(proposal, first))

    if (!await stream.isSelected(signal)) {
      return undefined
    }

    unselected.move()

    return stream
  }

  #open (proposal: Proposal, first: Uint8Array): ProtocolStream {
    const stream = new ProtocolStream(proposal, this.#onAnswer, this.#onGivenUp)
    stream.send(first)
    this.#streams.add(stream)

    if (this.#fault !== undefined) {
      stream.fail(this.#fault)
    } else if (this.#link !== undefined) {
      stream.attach(this.#link.streams)
    }

    return stream
  }

  readonly #onGivenUp = (stream: ProtocolStream): void => {
    this.#streams.delete(stream)
  }

  readonly #onAnswer = (): void => {
    if (!this.#isAnswered) {
      this.#isAnswered = true
      this.#latency = least(this.#latency, this.#link?.sinceAsked())
    }
  }

  #use (link: SecuredLink): void {
    this.#link = link
    this.#latency = least(this.#latency, link.latency)
    link.onClosed = (fault) => {
      this.#link = undefined
      void this.#recover(fault)
    }

    for (const stream of this.#streams) {
      stream.attach(link.streams)
    }
  }

  /** Never rejects: the error that ends the attempts becomes the fault of the session's streams. */
  async #recover (fault: Error): Promise<void> {
    let last = fault

    try {
      while (this.#mayRetry(last)) {
        this.#redials++
        const link = await this.#redial()

        if (link instanceof Error) {
          last = link
        } else {
          this.#adopt(link)

          return
        }
      }

      this.#fail(fault)
    } catch (err) {
      this.#fail(err as Error)
    }
  }

  /** The session may have been closed at the moment when the link was secured. */
  #adopt (link: SecuredLink): void {
    if (this.#closing.signal.aborted) {
      link[Symbol.dispose]()
    } else {
      this.#use(link)
    }
  }

  /** The next link, or the peer's fault that prevented it. Throws if the session is closed meanwhile. */
  async #redial (): Promise<SecuredLink | Error> {
    const { clock, random, redial } = this.#deps
    const waitMs = MIN_WAIT_MS + random() * (MAX_WAIT_MS - MIN_WAIT_MS) * this.#redials / MAX_REDIALS
    await sleep(clock, waitMs, this.#closing.signal)

    try {
      return await redial(this.#closing.signal)
    } catch (err) {
      if (outcomeOfFault(err) === undefined) {
        throw err
      }

      return err as Error
    }
  }

  #mayRetry (fault: Error): boolean {
    return outcomeOfFault(fault) === 'reset' && !this.#isAnswered && this.#redials < MAX_REDIALS && this.#fault === undefined
  }

  #fail (fault: Error): void {
    this.#fault ??= fault

    for (const stream of this.#streams) {
      stream.fail(fault)
    }
  }
}
