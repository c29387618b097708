import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { IDENTIFY_LIMIT_MS, OpenConnections } from '../../../crawler/passive/open-connections.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { Connection, IdentifyResult } from '@libp2p/interface'

function connection (id: number, direction: Connection['direction'] = 'inbound'): Connection {
  const bytes = Uint8Array.of(0, 1, id)
  return { direction, status: 'open', streams: [], remotePeer: { toString: () => String(id), toMultihash: () => ({ bytes }) } } as unknown as Connection
}

suite('OpenConnections', () => {
  test('waits for identify, for the end of the connection, or for the limit', async () => {
    const clock = new FakeClock()
    using open = new OpenConnections(clock)
    const [a, b, c] = [connection(1), connection(2), connection(3)] as const
    const waits = [a, b, c].map(async (each) => {
      open.opened(each)
      return await open.get(each)!.identified
    })
    const result = { connection: a } as IdentifyResult
    open.identified(result)
    open.closed(b)
    await clock.advance(IDENTIFY_LIMIT_MS)

    assert.deepEqual(await Promise.all(waits), [result, undefined, undefined])
    assert.equal(open.size, 2)
    assert.equal(open.get(b), undefined)
  })

  test('lists connected peers once, with their connection', () => {
    using open = new OpenConnections(new FakeClock())
    const first = connection(1)
    const closing = Object.assign(connection(2), { status: 'closing' as const });
    [first, connection(1), closing].forEach((each) => {
      open.opened(each)
    })

    assert.deepEqual(open.peers().map(id => id[2]), [1, 2])
    assert.equal(open.to(Uint8Array.of(0, 1, 1)), first)
    assert.equal(open.to(Uint8Array.of(0, 1, 2)), undefined)
  })

  test('returns reported inbound connections', async () => {
    const clock = new FakeClock()
    using open = new OpenConnections(clock)
    const [done, busy, ours] = [connection(1), connection(2), connection(3, 'outbound')] as const;
    [done, busy, ours].forEach((each) => {
      open.opened(each)
    })
    open.get(done)!.isDone = true
    open.get(ours)!.isDone = true
    assert.deepEqual(open.doneSince(0), [])
    await clock.advance(1)

    assert.deepEqual(open.doneSince(0), [done])
  })

  test('resets the identify stream of a remote that never ends it', async () => {
    const clock = new FakeClock()
    using open = new OpenConnections(clock)
    const left: string[] = []
    const stream = (name: string, protocol: string, writeStatus: string, direction = 'outbound'): object =>
      ({ protocol, writeStatus, direction, abort: () => left.push(name) })
    const streams = [
      stream('ours, half ended', '/ipfs/id/1.0.0', 'closed'),
      stream('ours, being read', '/ipfs/id/1.0.0', 'writable'),
      stream('theirs', '/ipfs/id/1.0.0', 'closed', 'inbound'),
      stream('another protocol', '/ipfs/ping/1.0.0', 'closed')
    ]
    const each = Object.assign(connection(1), { streams })
    open.opened(each)
    open.identified({ connection: each } as unknown as IdentifyResult)

    await clock.settle()

    assert.deepEqual(left, ['ours, half ended'])
  })
})
