/** Waits for nothing but the end: rejects with the reason of a signal as soon as it aborts. */
export async function untilAborted (signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    const end = (): void => {
      reject(signal.reason as Error)
    }

    if (signal.aborted) {
      end()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}
