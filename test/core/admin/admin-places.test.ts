import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { suite, test } from 'node:test'
import { AdminPlaces, CONNECTION_LIMIT_MS, PLACES, PLACES_PER_ADDRESS, YOUNG_MS } from '../../../core/admin/admin-places.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { AdminSocket } from '../../../core/admin/admin-places.ts'

class StandInSocket extends EventEmitter implements AdminSocket {
  isDestroyed = false
  readonly remoteAddress: string | undefined

  constructor (remoteAddress: string | undefined) {
    super()
    this.remoteAddress = remoteAddress
  }

  destroy (): void {
    this.isDestroyed = true
    this.emit('close')
  }
}

function enter (places: AdminPlaces, address: string | undefined, count = 1): StandInSocket[] {
  return Array.from({ length: count }, () => {
    const socket = new StandInSocket(address)
    places.enter(socket)

    return socket
  })
}

suite('the places of the admin server', () => {
  test('an address that holds too many pays with its oldest, and others keep theirs', async () => {
    const clock = new FakeClock()
    const places = new AdminPlaces(clock)
    const [probe] = enter(places, '10.0.0.1')
    const held = enter(places, '10.0.0.9', PLACES_PER_ADDRESS)
    await clock.advance(YOUNG_MS)
    enter(places, '10.0.0.9', 3)

    assert.deepEqual(held.map(({ isDestroyed }) => isDestroyed).slice(0, 5), [true, true, true, false, false])
    assert.equal(probe?.isDestroyed, false)
    assert.equal(places.size, PLACES_PER_ADDRESS + 1)
  })

  test('a burst ends no connection whose request is about to be read', () => {
    const places = new AdminPlaces(new FakeClock())
    const [probe] = enter(places, '10.0.0.9')
    const burst = enter(places, '10.0.0.9', PLACES - 1)

    assert.equal([probe, ...burst].some(socket => socket?.isDestroyed), false)
  })

  test('where all places are taken, the oldest of the most crowded address makes room', () => {
    const places = new AdminPlaces(new FakeClock())
    const few = Array.from({ length: 200 }, (_, i) => enter(places, `10.0.1.${String(i)}`)).flat()
    const held = enter(places, '10.0.0.9', PLACES - few.length)
    enter(places, '10.0.0.1', 10)

    assert.equal(few.some(({ isDestroyed }) => isDestroyed), false)
    assert.equal(held.filter(({ isDestroyed }) => isDestroyed).length, 10)
    assert.equal(places.size, PLACES)
  })

  test('a connection ends when its time is over, and leaves nothing behind', async () => {
    const clock = new FakeClock()
    const places = new AdminPlaces(clock)
    const [slow] = enter(places, '10.0.0.9')
    const [short] = enter(places, '10.0.0.9')
    short?.emit('close')
    await clock.advance(CONNECTION_LIMIT_MS)

    assert.deepEqual([slow?.isDestroyed, short?.isDestroyed, places.size], [true, false, 0])
  })

  test('a connection that has gone before it came has no place', () => {
    const places = new AdminPlaces(new FakeClock())

    assert.equal(enter(places, undefined)[0]?.isDestroyed, true)
    assert.equal(places.size, 0)
  })
})
