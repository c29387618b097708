import { collectDefaultMetrics, Registry } from 'prom-client'

export { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Buckets for durations of network operations, in seconds: 1 ms to 60 s. */
export const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60]

// prom-client samples the event loop by a timer of its own, every 10 ms by default: a hundred wake-ups a second of a process
// that has nothing to do, and a distribution of the timer's own period. `nodejs_eventloop_lag_seconds` is measured at each scrape.
const HARDLY_EVER_MS = 3_600_000
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(name => `nodejs_eventloop_lag_${name}_seconds`)

/**
 * The registry of one process, with Node's own metrics in it (heap, event-loop lag, handles).
 *
 * Labels come from closed sets only: never a peer id, an address or an agent string, which
 * strangers choose.
 */
export function createRegistry (component: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ component })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: HARDLY_EVER_MS })
  SAMPLED.forEach((name) => {
    registry.removeSingleMetric(name)
  })

  return registry
}
