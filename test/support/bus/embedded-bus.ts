import { pino } from 'pino'
import { EmbeddedBus } from '../../../core/bus/embedded/embedded-bus.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { TempFolder } from '../temp-folder.ts'

/** An embedded log in a folder of its own, for one test. */
export async function openEmbeddedBus (): Promise<{ bus: EmbeddedBus, path: string } & AsyncDisposable> {
  const folder = new TempFolder()
  const path = folder.file('bus.sqlite')
  const bus = await EmbeddedBus.open({ log: pino({ level: 'silent' }), clock: systemClock }, { path, pollMs: 5 }, new AbortController().signal)

  return {
    bus,
    path,
    [Symbol.asyncDispose]: async () => {
      await bus[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    }
  }
}
