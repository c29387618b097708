import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { EventLoopWatch, nodeLoop } from '../../../core/time/event-loop.ts'

/** An event loop whose turns a test plays: it waits, hears of what is ready, and works. */
class PlayedLoop {
  readonly watch: EventLoopWatch
  nowMs = 100
  #waitedMs = 0
  #turn: (() => void)[] = []

  constructor () {
    this.watch = new EventLoopWatch({ now: () => this.nowMs, waitedMs: () => this.#waitedMs, afterEvents: callback => void this.#turn.push(callback) })
  }

  wait (ms: number): void {
    this.nowMs += ms
    this.#waitedMs += ms
  }

  work (ms: number): void {
    this.nowMs += ms
  }

  endTurn (): void {
    this.#turn.splice(0).forEach((callback) => {
      callback()
    })
  }
}

suite('EventLoopWatch', () => {
  test('what comes while the loop waits has arrived at that moment, and all that is ready with it no later', () => {
    const loop = new PlayedLoop()
    loop.wait(50)
    assert.deepEqual(loop.watch.arrived(), { fromMs: 150, byMs: 150 })
    loop.work(30)

    assert.deepEqual(loop.watch.arrived(), { fromMs: 150, byMs: 150 })
  })

  test('what is there when the loop comes back from work has arrived at any time since it looked before', () => {
    const loop = new PlayedLoop()
    loop.wait(50)
    loop.watch.arrived()
    loop.work(30)
    loop.endTurn()

    assert.deepEqual(loop.watch.arrived(), { fromMs: 150, byMs: 180 })
    loop.work(5)
    loop.endTurn()
    assert.deepEqual(loop.watch.arrived(), { fromMs: 180, byMs: 185 })
  })

  test('work that was not reported makes an arrival uncertain by its duration', () => {
    const loop = new PlayedLoop()
    loop.watch.arrived()
    loop.endTurn()
    loop.work(4) // a timer
    loop.wait(20)
    loop.work(3) // another callback

    assert.deepEqual(loop.watch.arrived(), { fromMs: 120, byMs: 127 })
  })

  test('reported work does not', () => {
    const loop = new PlayedLoop()
    loop.watch.arrived()
    loop.endTurn()
    loop.work(4)
    loop.watch.worked()
    loop.wait(20)

    assert.deepEqual(loop.watch.arrived(), { fromMs: 124, byMs: 124 })
  })

  test('Node\'s own loop knows that it waited', async () => {
    const before = nodeLoop.waitedMs()

    // On a busy machine a timer can be due before the loop has come to wait for it.
    for (let turn = 0; turn < 100 && nodeLoop.waitedMs() === before; turn++) {
      await new Promise(resolve => setTimeout(resolve, 30))
    }

    const { fromMs, byMs } = nodeLoop.arrived()

    assert.ok(nodeLoop.waitedMs() > before)
    assert.ok(fromMs <= byMs && byMs <= performance.now())
  })
})
