import { performance } from 'node:perf_hooks'

/** Measures how busy this process is: each call of the result gives the share of the time since the one before in which the event loop had work, 0 to 1. */
export function busyShare (): () => number {
  let before = performance.eventLoopUtilization()

  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now

    return utilization
  }
}
