import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { suite, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { clientAddress, KafkaSockets } from '../../../../../core/bus/kafka/client/kafka-sockets.ts'
import { isProbeError } from '../../../../../core/errors.ts'
import { findProgram } from '../../../../../scripts/provision/programs.ts'
import { Certificates } from '../../../../support/servers/certificates.ts'
import { TempFolder } from '../../../../support/temp-folder.ts'
import { until } from '../../../../support/until.ts'
import type { KafkaConfig } from '../../../../../core/contracts/kafka/kafka-config.ts'
import type { AddressInfo, Server } from 'node:net'

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const open = (sockets: KafkaSockets, port: number, onConnect: () => void): ReturnType<KafkaSockets['connect']> => sockets.connect({ host: '127.0.0.1', port, ssl: {}, onConnect })

/** What comes of a connection: the word `connected`, or the code of its failure. */
async function outcomeOf (sockets: KafkaSockets, port: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = open(sockets, port, () => {
    resolve('connected')
  })
  socket.on('error', (err: NodeJS.ErrnoException) => {
    resolve(err.code ?? err.message)
  })

  try {
    return await promise
  } finally {
    socket.end()
  }
}

const openssl = findProgram('openssl') === undefined ? 'no openssl on this machine to make certificates with' : false

suite('KafkaSockets', () => {
  test('connects to an IPv6 address in brackets, by the way of a client that splits at the first colon', async () => {
    const server = createServer()
    server.listen(0, '::1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const [host, portText] = clientAddress(`[::1]:${String(port)}`).split(':')
    const connected = Promise.withResolvers<undefined>()
    const socket = new KafkaSockets({}).connect({ host: host!, port: Number(portText), ssl: {}, onConnect: () => {
      connected.resolve(undefined)
    } })
    await connected.promise

    assert.equal(socket.remoteAddress, '::1')
    assert.equal(clientAddress('kafka.example:9092'), 'kafka.example:9092')
    socket.destroy()
    server.close()
  })

  test('connects in plain text where no TLS is configured, and cuts what is open', async () => {
    const server = createServer()
    const port = await listening(server)
    const sockets = new KafkaSockets({})
    const connected = Promise.withResolvers<undefined>()
    const socket = open(sockets, port, () => {
      connected.resolve(undefined)
    })
    await connected.promise
    assert.equal(sockets.size, 1)
    const failed = once(socket, 'error')
    sockets.cut()

    assert.ok(isProbeError((await failed)[0], 'PP_BUS_CLOSED'))
    await until('the socket is forgotten', () => sockets.size === 0)
    server.close()
  })

  test('trusts the configured authority, as it stands when the connection is opened', { skip: openssl }, async () => {
    using folder = new TempFolder()
    const authority = new Certificates(folder.path)
    const { certFile, keyFile } = authority.issue('server', 'IP:127.0.0.1')
    const stranger = new Certificates(folder.path, 'stranger')
    const [cert, key, ca] = [certFile, keyFile, authority.caFile].map(path => readFileSync(path)) as [Buffer, Buffer, Buffer]
    const server = createTlsServer({ cert, key, ca, requestCert: true, rejectUnauthorized: false })
    const port = await listening(server)
    const trusting = (config: Pick<KafkaConfig, 'tls' | 'clientCertificate'>): KafkaSockets => new KafkaSockets(config)
    const names: unknown[] = []
    server.on('secureConnection', (socket) => {
      names.push(socket.getPeerCertificate().subject.CN)
    })

    assert.equal(await outcomeOf(trusting({ tls: { caFile: authority.caFile }, clientCertificate: authority.issue('peerprobe') }), port), 'connected')
    await until('the server has seen it', () => names.length === 1)
    assert.deepEqual(names, ['peerprobe'])
    assert.match(await outcomeOf(trusting({ tls: { caFile: stranger.caFile } }), port), /^(UNABLE_TO|SELF_SIGNED)/)
    assert.match(await outcomeOf(trusting({ tls: {} }), port), /^(UNABLE_TO|SELF_SIGNED)/)
    server.close()
  })
})
