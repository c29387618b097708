import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_BYTES } from '../../../crawler/publish/byte-budget.ts'
import { publishingSink } from '../../../crawler/publish/publishing-sink.ts'
import { addressOf, peerIdOf } from '../../support/network/simulated-network.ts'
import type { OutgoingMessage } from '../../../core/bus/port/event-bus.ts'

suite('publishingSink', () => {
  test('passes each visit to the publisher as a message of its scan', () => {
    const messages: OutgoingMessage[] = []
    const sink = publishingSink({ ready: () => undefined, accept: message => void messages.push(message) }, { scan: 'default/probe/main', network: 'ipfs' }, { limits: CRAWL_BYTES, onForm: () => undefined })
    sink.accept({
      crawlId: 1,
      attempt: 1,
      discoveryType: 'active',
      source: 'known',
      id: peerIdOf('a'),
      addresses: [addressOf(1)],
      result: { startedAtMs: 0, durationMs: 0, outcome: 'refused', attempts: [] }
    })

    assert.equal(messages.length, 1)
    assert.equal(messages[0]?.headers['ce_source'], 'default/probe/main')
  })

  test('has room if the publisher has', () => {
    const room = Promise.resolve()
    const full = publishingSink({ ready: () => room, accept: () => undefined }, { scan: 'default/probe/main', network: 'ipfs' }, { limits: CRAWL_BYTES, onForm: () => undefined })

    assert.equal(full.ready(), room)
  })
})
