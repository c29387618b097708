// Whatever a stranger writes to the admin server: one short answer and the end, never another request's answer.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { AdminServer } from '../../../core/admin/admin-server.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { createRegistry } from '../../../core/process/metrics.ts'
import { Progress } from '../../../core/process/progress.ts'
import { systemClock } from '../../../core/time/clock.ts'

interface World { asked: number }

const PIPELINED = 2_000

async function open (host: string, world: World = { asked: 0 }): Promise<AdminServer> {
  return await AdminServer.open({
    log: createLogger({ level: 'silent' }),
    progress: new Progress({ clock: systemClock }),
    registry: createRegistry('test'),
    notReady: () => {
      world.asked++
      return undefined
    },
    status: () => ({ topic: 'internal.peers' })
  }, { port: 0, host })
}

/** All that comes back for these bytes until the server ends the connection. */
async function answerTo (port: number, bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  const parts: Buffer[] = []
  socket.on('data', part => parts.push(part))
  const { promise, resolve } = Promise.withResolvers<undefined>()
  socket.on('error', () => undefined) // what the server does not read it answers by a reset
  socket.on('close', () => {
    resolve(undefined)
  })
  socket.write(bytes)
  await promise

  return Buffer.concat(parts).toString('latin1')
}

const request = (line: string, ...headers: string[]): string => [line, 'host: x', ...headers, '', ''].join('\r\n')
const statuses = (answer: string): string[] => answer.match(/^HTTP\/1\.1 \d+/gm) ?? []

const REFUSED: [what: string, bytes: string, answer: RegExp][] = [
  ...['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'PROPFIND'].map((method): [string, string, RegExp] => [method, request(`${method} /livez HTTP/1.1`), /^HTTP\/1\.1 405 [^]*allow: GET, HEAD/]),
  ['CONNECT', request('CONNECT 10.0.0.1:80 HTTP/1.1'), /^$/],
  ['an unknown method', request('HACK /livez HTTP/1.1'), /^HTTP\/1\.1 400 /],
  ['a path upwards', request('GET /../../etc/passwd HTTP/1.1'), /^HTTP\/1\.1 404 /],
  ['a path upwards in disguise', request('GET /metrics/..%2f..%2fetc%2fpasswd HTTP/1.1'), /^HTTP\/1\.1 404 /],
  ['a path with a zero byte', request('GET /livez%00 HTTP/1.1'), /^HTTP\/1\.1 404 /],
  ['an address of another server', request('GET http://169.254.169.254/latest HTTP/1.1'), /^HTTP\/1\.1 404 /],
  ['two slashes', request('GET //livez HTTP/1.1'), /^HTTP\/1\.1 404 /],
  ['a long address', request(`GET /${'a'.repeat(9_000)} HTTP/1.1`), /^HTTP\/1\.1 431 /],
  ['long headers', request('GET /livez HTTP/1.1', `x-big: ${'a'.repeat(9_000)}`), /^HTTP\/1\.1 431 /],
  ['a huge address', request(`GET /${'a'.repeat(1_000_000)} HTTP/1.1`), /^(HTTP\/1\.1 431 |$)/],
  ['no host', 'GET /livez HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['two lengths', request('GET /livez HTTP/1.1', 'content-length: 1', 'content-length: 2'), /^HTTP\/1\.1 400 /],
  ['a length and chunks', request('GET /livez HTTP/1.1', 'content-length: 5', 'transfer-encoding: chunked'), /^HTTP\/1\.1 400 /],
  ['a header with a bare line feed', 'GET /livez HTTP/1.1\nhost: x\n\n', /^HTTP\/1\.1 400 /],
  ['an expectation that nobody meets', request('GET /livez HTTP/1.1', 'expect: gold'), /^HTTP\/1\.1 417 /],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 (400|505) /],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /]
]

suite('requests to the admin server', () => {
  for (const [what, bytes, answer] of REFUSED) {
    test(`get one short answer and the end: ${what}`, async () => {
      await using admin = await open('0.0.0.0')
      const text = await answerTo(admin.port, bytes)

      assert.match(text, answer)
      assert.ok(statuses(text).length <= 1 && text.length < 1_000, text)
      assert.doesNotMatch(text, /internal|passwd|aaaa/)
    })
  }

  test('may want another protocol or another status first: the answer is the page', async () => {
    await using admin = await open('0.0.0.0')

    for (const header of [['connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='], ['connection: upgrade', 'upgrade: h2c'], ['connection: keep-alive']]) {
      assert.match(await answerTo(admin.port, request('GET /livez HTTP/1.1', ...header)), /^HTTP\/1\.1 200 OK\r\n[^]*connection: close[^]*\r\n\r\nok\n$/, header.join())
    }
    assert.match(await answerTo(admin.port, request('GET /livez HTTP/1.1', 'expect: 100-continue')), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  })

  test('have the same headers by HEAD, and no body', async () => {
    await using admin = await open('0.0.0.0')

    assert.match(await answerTo(admin.port, request('HEAD /livez HTTP/1.1')), /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 3\r\n[^]*\r\n\r\n$/)
  })

  test('are one for each connection: those sent behind it, or hidden in its body, are not answered', async () => {
    const world = { asked: 0 }
    await using admin = await open('0.0.0.0', world)
    const hidden = request('GET /readyz HTTP/1.1')

    for (const bytes of [
      hidden.repeat(PIPELINED),
      `${request('GET /readyz HTTP/1.1', `content-length: ${String(hidden.length)}`)}${hidden}`,
      `${request('GET /readyz HTTP/1.1', 'transfer-encoding: chunked')}0\r\n\r\n${hidden}`
    ]) {
      world.asked = 0
      assert.ok(statuses(await answerTo(admin.port, bytes)).length <= 1)
      assert.equal(world.asked, 1)
    }
  })

  test('of a page in a browser that leads its own name to this machine are refused, and those by the machine\'s names are not', async () => {
    await using admin = await open('127.0.0.1')
    const ask = async (host: string): Promise<string> => await answerTo(admin.port, `GET /status HTTP/1.1\r\nhost: ${host}\r\n\r\n`)

    for (const host of ['evil.example', 'evil.example:80', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '[fd00::1]', '', 'x y']) {
      assert.doesNotMatch(await ask(host), /internal|200 OK/, host)
    }
    for (const host of ['127.0.0.1', `127.0.0.1:${String(admin.port)}`, 'localhost', 'LOCALHOST:1', '[::1]:80']) {
      assert.match(await ask(host), /internal/, host)
    }
    assert.match(await answerTo(admin.port, 'GET /status HTTP/1.0\r\n\r\n'), /internal/)
  })
})
