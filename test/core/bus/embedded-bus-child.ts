// A process of its own for the tests that kill one: `publisher` sends the id of each message once it
// is stored, `member` joins the group and says so.
import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { aborted } from '../../../core/time/signals.ts'

const [role, path] = process.argv.slice(2) as [string, string]
const { signal } = new AbortController()
const bus = await EmbeddedBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { path, heartbeatMs: 20, leaseMs: 400 }, signal)
process.on('disconnect', () => process.exit())

if (role === 'member') {
  await bus.subscribe({ topic: 'visits', group: 'readers', maxMessages: 10 }, () => Promise.resolve(), signal)
  process.send?.('joined')
  await aborted(signal)
}

for (;;) {
  const ids = Array.from({ length: 5 }, () => randomUUID())
  await bus.publish('visits', ids.map(id => ({ key: id, value: Buffer.from(id), headers: {} })), signal)
  for (const id of ids) {
    process.send?.(id)
  }
  await new Promise(resolve => setImmediate(resolve))
}
