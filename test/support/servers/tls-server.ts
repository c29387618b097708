import { TLSSocket } from 'node:tls'
import { defined } from '../../../core/defined.ts'
import { Acceptance } from '../../../crawler/client/stream/multistream.ts'
import { createCertificate, inPem } from '../../../crawler/client/tls/tls-certificate.ts'
import { ScriptedPeer } from '../client/scripted-peer.ts'
import { ScriptedServer } from '../client/scripted-server.ts'
import type { KeyedCertificate } from '../../../crawler/client/tls/tls-certificate.ts'
import type { PeerScript } from '../client/scripted-peer.ts'

/** How a TLS-only remote behaves. By default it behaves like an honest one. */
export interface TlsScript extends PeerScript {
  certificate?: KeyedCertificate

  /** Protocols in the TLS extension ALPN; empty for a remote without ALPN. @default yamux */
  alpn?: readonly string[]
}

/** A server on loopback that refuses everything except TLS. `clients` contains the certificates of its clients. */
export async function openTlsServer (script: TlsScript): Promise<ScriptedServer & { clients: Buffer[] }> {
  const { key, alpn = ['/yamux/1.0.0'] } = script
  const { cert, key: pem } = inPem(script.certificate ?? createCertificate(key, Date.now()))
  const clients: Buffer[] = []
  const server = await ScriptedServer.open((socket) => {
    const acceptance = new Acceptance(new Set(['/tls/1.0.0']))
    const onData = (bytes: Buffer): void => {
      try {
        socket.write(acceptance.feed(bytes).reply)
      } catch {
        socket.resetAndDestroy() // after a proposal of Noise real hosts reset the connection
        return
      }

      if (acceptance.protocol !== undefined) {
        socket.off('data', onData)
        socket.pause()
        const options = { isServer: true, key: pem, cert, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3', ...defined({ ALPNProtocols: alpn.length > 0 ? [...alpn] : undefined }) } as const
        playInside(new TLSSocket(socket, options), script, clients)
      }
    }
    socket.on('data', onData)
  })

  return Object.assign(server, { clients })
}

function playInside (secured: TLSSocket, script: TlsScript, clients: Buffer[]): void {
  let peer: ScriptedPeer | undefined
  secured.on('error', () => {
    // the client closes connections by a reset
  })
  secured.on('data', (bytes: Buffer) => {
    if (peer === undefined) {
      const muxers = secured.alpnProtocol === '/yamux/1.0.0' ? ['/yamux/1.0.0'] : []
      clients.push(secured.getPeerX509Certificate()?.raw ?? Buffer.alloc(0))
      peer = new ScriptedPeer({ ...script, muxers, isSecuredOutside: true }, (reply) => {
        secured.write(reply)
      })
    }
    peer.feed(bytes)
  })
}
