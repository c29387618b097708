import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { suite, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../../core/time/clock.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { openClientVisitor } from '../../../crawler/client/client-visitor.ts'
import { selfSigned } from '../../../crawler/client/tls/self-signed.ts'
import { inPem } from '../../../crawler/client/tls/tls-certificate.ts'
import { ScriptedPeer, serve } from '../../support/client/scripted-peer.ts'
import { createTestKey } from '../../support/client/test-keys.ts'
import { ScriptedDns } from '../../support/network/scripted-dns.ts'
import type { VisitResult } from '../../../crawler/visit/visitor.ts'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

const KEY = createTestKey()
const FIN = 4
const LIMITS = { dialTimeoutMs: 2_000, visitTimeoutMs: 6_000, identifyTimeoutMs: 1_000, requestTimeoutMs: 1_000, staggerMs: 50 }
const onFrame = serve({ '/ipfs/id/1.0.0': (_, reply) => {
  reply(Buffer.from([4, 0x32, 2, 0x75, 0x73]), FIN) // agent version "us"
} })

interface Proxy extends AsyncDisposable { port: number, asked: string[] }

/** A TLS proxy on loopback that serves one name, and closes connections for another name or none. */
async function openProxy (name: string): Promise<Proxy> {
  const asked: string[] = []
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = inPem({ certificate: selfSigned(keys, { fromMs: 0, untilMs: 1 }, []), key: keys.privateKey })
  const https = createServer({ ...pem, SNICallback: (servername, done) => {
    asked.push(servername)
    done(servername === name ? null : new Error('no such host'), createSecureContext(pem))
  } }).listen(0, '127.0.0.1')
  const sockets = new WebSocketServer({ server: https, verifyClient: ({ req }: { req: IncomingMessage }) => req.headers.host?.split(':')[0] === name })
  await once(https, 'listening')
  sockets.on('connection', (socket) => {
    const peer = new ScriptedPeer({ key: KEY, onFrame }, (bytes) => {
      socket.send(bytes)
    })
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => {
      peer.feed(data)
    })
  })

  return {
    asked,
    port: (https.address() as AddressInfo).port,
    async [Symbol.asyncDispose] () {
      sockets.clients.forEach((socket) => {
        socket.terminate()
      })
      sockets.close()
      https.close()
      await once(https, 'close')
    }
  }
}

async function visit (texts: readonly string[]): Promise<VisitResult> {
  const dns = new ScriptedDns({ 'peer.test': ['127.0.0.1'], 'old.test': ['127.0.0.1'] })
  const addresses = { policy: 'Any', deny: [], maxDialsPerIP: 4, maxDialsPerSubnet: 32 } as const
  await using visitor = openClientVisitor({ kadProtocols: ['/x/kad/1.0.0'], agentVersion: 'peerprobe/test', addresses: { ...addresses, deny: [] }, ...LIMITS }, { clock: systemClock, dns })

  return await visitor.visit({ id: KEY.id, addresses: texts.map(text => parseAddress(text)!.address), plan: { strategy: 'Census', bucket: 0 } }, new AbortController().signal)
}

suite('a peer behind a proxy that serves many names', () => {
  for (const tail of ['tls/ws', 'wss']) {
    test(`is reached by its name, whichever name of the same IP address and port was mentioned last (${tail})`, async () => {
      await using proxy = await openProxy('peer.test')
      const texts = ['peer.test', 'old.test'].map(name => `/dns4/${name}/tcp/${String(proxy.port)}/${tail}`)

      for (const order of [texts, texts.toReversed()]) {
        const { outcome, connection } = await visit(order)
        assert.deepEqual([outcome, connection?.transport], ['identified', 'wss'])
      }
      assert.ok(proxy.asked.includes('old.test'))
    })
  }

  test('is reached by its /sni, next to others on the same IP address', async () => {
    await using proxy = await openProxy('peer.test')
    const texts = ['peer.test', 'old.test'].map(name => `/ip4/127.0.0.1/tcp/${String(proxy.port)}/tls/sni/${name}/ws`)

    for (const order of [texts, texts.toReversed()]) {
      assert.equal((await visit(order)).outcome, 'identified')
    }
  })

  for (const name of ['peer.test.', 'Peer.TEST', 'PEER.test.']) {
    test(`is requested by the normalised form of ${name}, in TLS and in HTTP`, async () => {
      await using proxy = await openProxy('peer.test')

      assert.equal((await visit([`/dns4/${name}/tcp/${String(proxy.port)}/tls/ws`])).outcome, 'identified')
      assert.deepEqual(new Set(proxy.asked), new Set(['peer.test']))
    })
  }
})
