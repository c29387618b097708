import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { after, before, suite, test } from 'node:test'
import { NodeDns } from '../../../../crawler/dial/dns/node-dns.ts'
import type { Socket } from 'node:dgram'

const { signal } = new AbortController()

const TYPES = { 1: 'a', 16: 'txt', 28: 'aaaa' } as const

/** Answers by the first label: `a`, `aaaa` and `txt` have such a record, `none` exists without records, `nx` does not exist, others get no answer. */
function reply (query: Buffer): Buffer | undefined {
  const label = query.toString('latin1', 13, 13 + (query[12] ?? 0))
  const question = query.subarray(12, query.indexOf(0, 12) + 5)
  const type = TYPES[question.readUInt16BE(question.length - 4) as keyof typeof TYPES]
  const data = { a: Buffer.of(1, 2, 3, 4), aaaa: Buffer.alloc(16, 1), txt: Buffer.from('\u0003foo\u0003bar') }[type]

  if (!['a', 'aaaa', 'txt', 'none', 'nx'].includes(label)) {
    return undefined
  }

  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(label === 'nx' ? 0x8183 : 0x8180, 2)
  header.writeUInt16BE(label === type ? 1 : 0, 6)
  header.fill(0, 8)
  const answer = Buffer.concat([Buffer.of(0xc0, 12), question.subarray(-4), Buffer.of(0, 0, 0, 60, 0, data.length), data])

  return Buffer.concat(label === type ? [header, question, answer] : [header, question])
}

suite('NodeDns', () => {
  let server: Socket
  let dns: NodeDns

  before(async () => {
    server = createSocket('udp4')
    server.on('message', (query, { port, address }) => {
      const answer = reply(query)

      if (answer !== undefined) {
        server.send(answer, port, address)
      }
    })
    await new Promise<void>((resolve) => {
      server.bind(0, '127.0.0.1', resolve)
    })
    dns = new NodeDns(5_000, [`127.0.0.1:${String(server.address().port)}`])
  })

  after(() => {
    dns[Symbol.dispose]()
    server.close()
  })

  test('addresses of both families are found', async () => {
    assert.deepEqual(await dns.addresses('a.example', 4, signal), ['1.2.3.4'])
    assert.deepEqual(await dns.addresses('aaaa.example', 6, signal), ['101:101:101:101:101:101:101:101'])
  })

  test('the parts of a TXT record are joined', async () => {
    assert.deepEqual(await dns.texts('txt.example', signal), ['foobar'])
  })

  test('the result is empty for a name without such a record and for one that does not exist', async () => {
    assert.deepEqual(await dns.addresses('none.example', 4, signal), [])
    assert.deepEqual(await dns.texts('nx.example', signal), [])
  })

  test('an abort ends the wait for a server that does not answer', async () => {
    const controller = new AbortController()
    const asking = dns.texts('silent.example', controller.signal)
    controller.abort(new Error('enough'))

    await assert.rejects(asking, /enough/)
  })
})
