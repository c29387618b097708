// When it answers. That other peers find us by it: test/system/mdns.test.ts and test/system/kubo.test.ts.
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { suite, test } from 'node:test'
import { MdnsResponder } from '../../../../crawler/passive/mdns/mdns-responder.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import type { MdnsResponderDeps } from '../../../../crawler/passive/mdns/mdns-responder.ts'
import type { MulticastDNS } from 'multicast-dns'

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const QUESTION = { questions: [{ name: '_p2p._udp.local', type: 'PTR' }] }
const TWO = [{ via: '10.0.0.5', ips: ['10.0.0.5'] }, { via: '192.168.1.5', ips: ['192.168.1.5'] }]

interface Rig { responder: MdnsResponder, clock: FakeClock, mdns: EventEmitter, said: string[], faults: string[] }

/** A responder with a fake socket, which records each answer with its interface and TTL. */
function rig (options: Partial<MdnsResponderDeps> = {}, failing: readonly string[] = []): Rig {
  const clock = new FakeClock()
  const said: string[] = []
  const faults: string[] = []
  let by = ''
  const mdns = Object.assign(new EventEmitter(), {
    respond ({ answers: [ptr] }: { answers: { ttl: number }[] }, done: (err: Error | null) => void) {
      said.push(`${by} ${String(ptr?.ttl)}`)
      done(failing.includes(by) ? new Error(`no route by ${by}`) : null)
    },
    destroy (done: () => void) {
      said.push('closed')
      done()
    }
  })
  const responder = new MdnsResponder({
    clock,
    listening: () => TWO.map(({ via }) => `/ip4/${via}/tcp/4001`),
    interfaces: () => TWO,
    onFault: err => faults.push(err.message),
    open: () => ({
      mdns: mdns as unknown as MulticastDNS,
      setInterface (via) {
        by = via
      }
    }),
    ...options
  }, { instance: 'abc', peerId: PEER })
  responder.start()

  return { responder, clock, mdns, said, faults }
}

const ANSWER = ['10.0.0.5 120', '192.168.1.5 120']

suite('MdnsResponder', () => {
  test('announces itself on each interface, twice', async () => {
    const { clock, mdns, said } = rig()
    assert.deepEqual(said, [])
    mdns.emit('ready')
    await clock.settle()
    assert.deepEqual(said, ANSWER)
    await clock.advance(1_000)

    assert.deepEqual(said, [...ANSWER, ...ANSWER])
    assert.equal(clock.pending, 0)
  })

  test('answers queries for libp2p peers, at most once a second, and no other queries', async () => {
    const { clock, mdns, said } = rig()
    mdns.emit('query', { questions: [{ name: '_http._tcp.local', type: 'PTR' }, { name: '_p2p._udp.local', type: 'A' }] })
    mdns.emit('query', { questions: [] })
    await clock.settle()
    assert.deepEqual(said, [])
    for (let i = 0; i < 100; i++) {
      mdns.emit('query', QUESTION)
    }
    await clock.settle()
    assert.deepEqual(said, ANSWER)
    await clock.advance(1_000)
    mdns.emit('query', { questions: [{ name: '_P2P._udp.local', type: 'ANY' }] })
    await clock.settle()

    assert.deepEqual(said, [...ANSWER, ...ANSWER])
  })

  test('reports why it cannot answer on an interface, and answers on the others', async () => {
    const { clock, mdns, said, faults } = rig({}, ['10.0.0.5'])
    mdns.emit('query', QUESTION)
    mdns.emit('error', new Error('the port is taken'))
    mdns.emit('warning', new Error('a packet of another kind'))
    await clock.settle()

    assert.deepEqual([said, faults], [ANSWER, ['the port is taken', 'no route by 10.0.0.5']])
  })

  test('does not answer on an interface without a dialable address', async () => {
    const { clock, mdns, said } = rig({ listening: () => ['/ip4/192.168.1.5/tcp/1'] })
    mdns.emit('query', QUESTION)
    await clock.settle()

    assert.deepEqual(said, ['192.168.1.5 120'])
  })

  test('withdraws its announcement when it stops, and then sends nothing', async () => {
    const { responder, clock, mdns, said } = rig()
    mdns.emit('ready')
    await responder.stop()
    await clock.advance(5_000)
    mdns.emit('query', QUESTION)
    await clock.settle()

    assert.deepEqual(said, [...ANSWER, '10.0.0.5 0', '192.168.1.5 0', 'closed'])
    await responder.stop()
  })
})
