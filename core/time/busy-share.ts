import { performance } from 'node:perf_hooks'

/** Measures how busy this process is: each call of the result returns the share of time in which the event loop had work, since the previous call. */
export function busyShare (): () => number {
  let before = performance.eventLoopUtilization()

  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now

    return utilization
  }
}
