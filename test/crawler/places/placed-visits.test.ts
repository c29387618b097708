import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { placedSink, placedVisitor } from '../../../crawler/places/placed-visits.ts'
import { addressOf, peerIdOf } from '../../support/network/simulated-network.ts'
import type { CompletedVisit, VisitSink } from '../../../crawler/engine/population/visit-sink.ts'
import type { PlaceOf } from '../../../crawler/places/placed-visits.ts'
import type { Visitor, VisitResult } from '../../../crawler/visit/visitor.ts'

const RESULT: VisitResult = { startedAtMs: 0, durationMs: 1, outcome: 'ok', attempts: [], connection: { address: addressOf(1), transport: 'tcp', limited: false } }
const FAILED: VisitResult = { startedAtMs: 0, durationMs: 1, outcome: 'timeout', attempts: [] }
const PLACE = { country: 'DE', source: 'Lab 2026-11-28' }
const placeOf: PlaceOf = ({ address }) => Buffer.from(address).equals(addressOf(1)) ? PLACE : undefined
const target = { id: peerIdOf('a'), addresses: [], plan: { buckets: [] } } as never

suite('visits with places', () => {
  test('have the place of their connection; without one nothing is looked up', async () => {
    const results = [RESULT, FAILED, { ...RESULT, connection: { address: addressOf(2), transport: 'tcp' as const, limited: false } }]
    const visitor = placedVisitor(visitorOf(results), placeOf)
    const signal = AbortSignal.abort()

    assert.deepEqual((await visitor.visit(target, signal)).place, PLACE)
    assert.equal('place' in await visitor.visit(target, signal), false)
    assert.equal('place' in await visitor.visit(target, signal), false)
  })

  test('are those of the visitor, which is disposed of with it', async () => {
    let disposed = 0
    const visitor = visitorOf([], () => {
      disposed++
    })
    await placedVisitor(visitor, placeOf)[Symbol.asyncDispose]()

    assert.equal(disposed, 1)
    assert.equal(placedVisitor(visitor, undefined), visitor)
  })

  test('reach the sink with the place of their connection', () => {
    const accepted: CompletedVisit[] = []
    const room = Promise.resolve()
    const sink: VisitSink = { ready: () => room, accept: visit => accepted.push(visit) }
    const visit: CompletedVisit = { crawlId: 1, attempt: 1, discoveryType: 'passive', source: 'inbound', id: peerIdOf('a'), addresses: [], result: RESULT }
    const placed = placedSink(sink, placeOf)
    placed.accept(visit)
    placed.accept({ ...visit, result: FAILED })

    assert.deepEqual(accepted.map(({ result }) => result.place), [PLACE, undefined])
    assert.equal(placed.ready(), room)
    assert.equal(placedSink(sink, undefined), sink)
  })
})

function visitorOf (results: VisitResult[], onDispose: () => void = () => undefined): Visitor {
  return {
    visit: async () => await Promise.resolve(results.shift() ?? FAILED),
    [Symbol.asyncDispose]: async () => {
      onDispose()
      await Promise.resolve()
    }
  }
}
