import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { newEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'
import { PeerQueues } from '../../../../crawler/engine/frontier/peer-queues.ts'
import type { FrontierEntry } from '../../../../crawler/engine/frontier/frontier-peer.ts'

const entry = (n: number, more: Partial<FrontierEntry> = {}): FrontierEntry => ({ ...newEntry(Uint8Array.of(n), { source: 'known' }), dialable: true, ...more })

function drain (queues: PeerQueues): (number | undefined)[] {
  const taken: (number | undefined)[] = []

  for (let next = queues.take(); next !== undefined; next = queues.take()) {
    next.state = 'in-flight'
    taken.push(next.id[0])
  }

  return taken
}

suite('PeerQueues', () => {
  test('give likely live peers first, each kind in its order', () => {
    const queues = new PeerQueues()
    ;[entry(1, { dialable: false }), entry(2), entry(3, { dialable: false }), entry(4)].forEach((peer) => {
      queues.add(peer)
    })

    assert.equal(queues.size, 4)
    assert.deepEqual(drain(queues), [2, 4, 1, 3])
    assert.equal(queues.size, 0)
  })

  test('give a peer once that became likely live while it waited', () => {
    const queues = new PeerQueues()
    const [first, second] = [entry(1, { dialable: false }), entry(2, { dialable: false })]
    queues.add(first)
    queues.add(second)
    second.dialable = true
    queues.review(second)
    queues.review(first)

    assert.deepEqual(drain(queues), [2, 1])
  })
})
