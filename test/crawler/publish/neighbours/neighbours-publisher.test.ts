import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { Neighbours, NeighboursEnd } from '../../../../core/contracts/edges/neighbours.ts'
import { ProbeError } from '../../../../core/errors.ts'
import { createLogger } from '../../../../core/process/logger.ts'
import { END_WAIT_MS, NeighboursPublisher } from '../../../../crawler/publish/neighbours/neighbours-publisher.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { peerIdOf } from '../../../support/network/simulated-network.ts'
import type { CompletedVisit } from '../../../../crawler/engine/population/visit-sink.ts'

const context = { scan: 'default/probe/main', network: 'ipfs', vantage: 'lab' }
const never = new AbortController().signal

interface Room { isFull: boolean, drained: Promise<void> }
interface Setting { clock: FakeClock, room: Room, bodies: (Neighbours | NeighboursEnd)[], lines: { msg: string }[], publisher: NeighboursPublisher }

function open (): Setting {
  const clock = new FakeClock()
  const room: Room = { isFull: false, drained: Promise.resolve() }
  const bodies: Setting['bodies'] = []
  const lines: Setting['lines'] = []
  const log = createLogger({ level: 'info' }, { write: line => void lines.push(JSON.parse(line) as { msg: string }) })
  const publisher = new NeighboursPublisher({ clock, log, context, publisher: {
    get hasRoom () { return !room.isFull },
    accept: ({ value }) => {
      const body: unknown = JSON.parse(Buffer.from(value).toString())
      bodies.push(Neighbours.safeParse(body).data ?? NeighboursEnd.parse(body))
    },
    drain: async () => { await room.drained }
  } })

  return { clock, room, bodies, lines, publisher }
}

const visit = (name: string): CompletedVisit => ({
  crawlId: 7,
  attempt: 1,
  discoveryType: 'active',
  source: 'known',
  id: peerIdOf(name),
  addresses: [],
  result: { startedAtMs: 0, durationMs: 0, outcome: 'ok', attempts: [], routingTable: { queries: 9, failed: 0, peers: [{ id: peerIdOf('z'), addresses: [] }] } }
})

suite('NeighboursPublisher', () => {
  test('numbers the messages of each crawl from 1, and says at the end how many there were', async () => {
    const { bodies, publisher } = open()

    for (const crawlId of [7, 8]) {
      const tables = publisher.begin(crawlId)
      tables.accept({ ...visit('a'), crawlId }, 'whole')
      tables.accept({ ...visit('b'), crawlId }, 'whole')
      await tables.end('finished', never)
    }

    assert.deepEqual(bodies.map(body => 'sequence' in body ? body.sequence : [body.crawlId, body.state, body.messages]), [1, 2, [7, 'finished', 2], 1, 2, [8, 'finished', 2]])
    assert.deepEqual([bodies[0], publisher.counters.givenUp].map(value => typeof value === 'object' && 'vantage' in value ? value.vantage : value), ['lab', 0])
    assert.ok(publisher.counters.bytes > 400)
  })

  test('leaves out the table of a visit that is not published whole, and counts it', async () => {
    const { bodies, publisher } = open()
    const tables = publisher.begin(7)
    tables.accept(visit('a'), 'short')
    tables.accept(visit('b'), 'none')
    await tables.end('finished', never)

    assert.deepEqual(bodies.map(body => 'buckets' in body ? [body.entries, body.buckets] : body.state), [[1, []], [1, []], 'finished'])
    assert.equal(publisher.counters.leftOut, 2)
  })

  test('gives a crawl\'s tables up when there is no room, says so once, and publishes those of the next crawl', async () => {
    const { room, bodies, lines, publisher } = open()
    const tables = publisher.begin(7)
    tables.accept(visit('a'), 'whole')
    room.isFull = true
    tables.accept(visit('b'), 'whole')
    room.isFull = false
    tables.accept(visit('c'), 'whole')
    await tables.end('finished', never)

    assert.deepEqual(bodies.map(body => 'sequence' in body ? body.sequence : [body.state, body.messages]), [1, ['aborted', 1]])
    assert.equal(publisher.counters.givenUp, 1)
    assert.equal(lines.filter(({ msg }) => msg.includes('given up')).length, 1)

    publisher.begin(8).accept({ ...visit('a'), crawlId: 8 }, 'whole')
    assert.equal(bodies.length, 3)
  })

  test('waits at the end for the acknowledgement, but never for long', async () => {
    const { clock, room, lines, publisher } = open()
    const acknowledged = Promise.withResolvers<undefined>()
    room.drained = acknowledged.promise
    let isOver = false
    const ending = publisher.begin(7).end('finished', never).then(() => {
      isOver = true
    })
    await clock.advance(END_WAIT_MS - 1)
    assert.equal(isOver, false)
    await clock.advance(1)
    await ending
    assert.match(lines.map(({ msg }) => msg).join(), /not acknowledged yet/)

    acknowledged.resolve(undefined)
    await publisher.begin(8).end('finished', never)
    assert.equal(clock.pending, 0)
  })

  test('a bus that fails for good is in the log and ends no crawl', async () => {
    const { room, lines, publisher } = open()
    room.drained = Promise.reject(new ProbeError('PP_BUS_FORBIDDEN', 'no'))
    room.drained.catch(() => undefined)
    await publisher.begin(7).end('finished', never)

    assert.match(lines.map(({ msg }) => msg).join(), /cannot be published/)
  })

  test('an aborted crawl is announced without a wait', async () => {
    const { room, bodies, publisher } = open()
    room.drained = new Promise(() => undefined)
    await publisher.begin(7).end('aborted', never)
    await publisher.begin(8).end('finished', AbortSignal.abort())

    assert.deepEqual(bodies.map(body => 'state' in body ? body.state : ''), ['aborted', 'finished'])
  })
})
