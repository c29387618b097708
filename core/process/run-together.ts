import { childController, isAbort } from '../time/signals.ts'

/**
 * Runs tasks until all have ended. The first failure aborts the others; when they have ended, it is thrown. A task
 * that ends because its signal aborted has not failed.
 */
export async function runTogether (tasks: readonly ((signal: AbortSignal) => Promise<void>)[], parent: AbortSignal): Promise<void> {
  using life = childController(parent)
  const failures: unknown[] = []

  await Promise.all(tasks.map(async (task) => {
    try {
      await task(life.signal)
    } catch (err) {
      if (!(life.signal.aborted && isAbort(err))) {
        failures.push(err)
        life.abort()
      }
    }
  }))

  if (failures.length > 0) {
    throw failures[0]
  }
}
