import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeFindNode } from '../../../../crawler/dht/find-node.ts'
import { decodeIdentify } from '../../../../crawler/identify/identify-message.ts'
import { FrameReader } from '../../../../crawler/wire/frames.ts'
import { kuboAddresses } from '../../../../scripts/bench/virtual-network/kubo-addresses.ts'
import { KAD_PROTOCOL, PeerAnswers, PROTOCOLS } from '../../../../scripts/bench/virtual-network/peer-answers.ts'
import { createPopulation, placeOf } from '../../../../scripts/bench/virtual-network/population.ts'
import { closestIn, KeySpace } from '../../../../scripts/bench/virtual-network/routing-table.ts'
import { plainPeers } from '../../../support/network/peer-fixtures.ts'

const population = createPopulation({ peers: 300, dead: 0 })
const space = new KeySpace(population)
const answers = new PeerAnswers(space, 6)
const peer = population[7]!

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

suite('answers of virtual peers', () => {
  test('identify has the fields of Kubo, with a record whose signature is valid', () => {
    const identity = decodeIdentify(answers.identify(peer), peer.key.id)!

    assert.deepEqual(identity.protocols, PROTOCOLS)
    assert.ok(identity.protocols.includes(KAD_PROTOCOL))
    assert.deepEqual(identity.listenAddresses.map(hex), kuboAddresses(7, 6).map(hex))
    assert.equal(identity.recordSequence, 8n)
    assert.match(identity.agentVersion!, /\/0\.\d+\./)
  })

  test('FIND_NODE returns the twenty peers of the table that are closest to the key, with their addresses', () => {
    const key = Buffer.from('any key')
    const frames = new FrameReader(100_000)
    frames.push(answers.findNode(peer, key))
    const expected = closestIn(space.tableOf(peer), placeOf(key))

    const named = plainPeers(decodeFindNode(frames.next()!)?.list())!

    assert.deepEqual(named.map(({ id }) => hex(id)), expected.map(other => hex(other.key.id)))
    assert.deepEqual(named.map(({ addresses }) => addresses.map(hex)), expected.map(other => kuboAddresses(other.number, 6).map(hex)))
  })

  test('an answer is built once', () => {
    assert.equal(answers.identify(peer), answers.identify(peer))
  })
})
