import { connect } from 'node:net'
import { connect as secure } from 'node:tls'
import { classify } from '../peer/classify.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { MAX_RECEIVED_BYTES } from './connection.ts'
import { Multiplexer } from './multiplexer.ts'
import { SecuredLink } from './secured-link.ts'
import { Proposal, Selection } from './stream/multistream.ts'
import { verifyCertificate } from './tls/tls-certificate.ts'
import { YAMUX_PROTOCOL } from './yamux/yamux.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { PublicKey } from '../peer/public-key.ts'
import type { Endpoint } from './carrier/tcp-carrier.ts'
import type { Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'

/** Protocol id of TLS. */
const TLS_PROTOCOL = '/tls/1.0.0'

export interface TlsLinkDeps {
  clock: Clock
  context: SecureContext

  /** Our identify message, framed. */
  identifyReply: Uint8Array
}

/** Where to connect, and the expected peer. */
export interface TlsTarget extends Endpoint {
  /** Multihash of the peer id that the remote must have. */
  peerId: Uint8Array
}

const TLS = new Proposal(TLS_PROTOCOL)

// A remote that supports early muxer negotiation selects the muxer by ALPN; the other name is for remotes that do not.
const ALPN = [YAMUX_PROTOCOL, 'libp2p']

/**
 * A TCP socket secured by TLS 1.3 as libp2p uses it (libp2p specifications, tls), for remotes that refuse Noise.
 * Node's TLS creates more objects per connection than our own Noise, so Noise is tried first.
 */
export class TlsLink extends SecuredLink {
  readonly security = TLS_PROTOCOL
  readonly streams: Multiplexer
  readonly #deps: TlsLinkDeps
  readonly #target: TlsTarget
  readonly #socket: Socket
  readonly #selection = new Selection(TLS)
  #tls: TLSSocket | undefined
  #remoteKey: PublicKey | undefined
  #received = 0

  private constructor (deps: TlsLinkDeps, target: TlsTarget) {
    super(deps.clock)
    this.#deps = deps
    this.#target = target
    this.streams = new Multiplexer(deps.identifyReply, this.waiting)
    this.#socket = connect({ host: target.ip, port: target.port, noDelay: true })
    this.#socket.on('connect', this.carried.onOpen)
    this.#socket.on('data', this.carried.onBytes)
    this.#socket.on('error', this.carried.onError)
    this.#socket.on('end', this.carried.onEnd)
    this.#socket.on('close', this.carried.onEnd)
  }

  /** Starts to connect, without waiting: see {@link secured}. */
  static start (deps: TlsLinkDeps, target: TlsTarget): TlsLink {
    return new TlsLink(deps, target)
  }

  get remoteKey (): PublicKey | undefined {
    return this.#remoteKey
  }

  /** Whether the remote has agreed to TLS. */
  get isAgreed (): boolean {
    return this.#selection.state === 'selected'
  }

  protected start (): void {
    this.#socket.write(TLS.opening)
  }

  protected write (): void {
    const plain = this.streams.take()

    if (plain !== undefined) {
      this.#tls?.write(Buffer.from(plain)) // a copy: the view may be overwritten before a full socket has sent it
    }
  }

  // Node.js crashes if a socket is reset while its TLS socket exists, so it is destroyed instead.
  protected drop (): void {
    this.streams.stop()

    if (this.#tls === undefined && !this.#socket.connecting) {
      this.#socket.resetAndDestroy()
    } else {
      this.#tls?.destroy()
      this.#socket.destroy()
    }
  }

  /** Reads the answer to the proposal of TLS; the TLS library reads everything after it. */
  protected read (bytes: Uint8Array): void {
    const rest = this.#selection.feed(bytes)

    if (this.#selection.state === 'refused') {
      throw peerFault('security-unsupported', 'the remote refuses Noise and TLS')
    }
    if (this.isAgreed) {
      this.#shakeHands(rest)
    }
  }

  /** Our ClientHello is the first TLS message: bytes before it are not TLS. */
  #shakeHands (rest: Uint8Array): void {
    if (rest.length > 0) {
      throw peerFault('handshake-failed', 'the remote sent bytes before the TLS handshake')
    }

    this.#socket.off('data', this.carried.onBytes)
    this.#socket.pause()
    this.shaking()
    this.#tls = secure({ socket: this.#socket, secureContext: this.#deps.context, rejectUnauthorized: false, ALPNProtocols: ALPN })
    this.#tls.on('secureConnect', this.#onSecure)
    this.#tls.on('data', this.#onPlain)
    this.#tls.on('error', this.#onTlsError)
    this.#tls.on('end', this.carried.onEnd)
    this.#tls.on('close', this.carried.onEnd)
  }

  readonly #onSecure = (): void => {
    this.guard(() => {
      const certificate = this.#tls?.getPeerX509Certificate()

      if (certificate === undefined) {
        throw peerFault('handshake-failed', 'the remote sent no certificate')
      }

      this.#remoteKey = verifyCertificate(certificate, this.#target.peerId, this.#deps.clock.now())
      this.streams.start(this.#tls?.alpnProtocol === YAMUX_PROTOCOL)
      this.shaken()
    })
  }

  readonly #onPlain = (plain: Uint8Array): void => {
    this.guard(() => {
      this.#received += plain.length

      if (this.#received > MAX_RECEIVED_BYTES) {
        throw peerFault('limit-exceeded', 'the remote sent more than a visit reads')
      }

      this.streams.feed(plain)
    })
  }

  /** Errors of the TLS library have many codes. Those that are not socket errors mean a failed handshake or a forged record. */
  readonly #onTlsError = (err: Error): void => {
    const { outcome } = classify(err)
    const otherwise = this.isSecured ? 'protocol-error' : 'handshake-failed'

    this.fail(peerFault(outcome === 'unknown' ? otherwise : outcome, err.message, err))
  }
}
