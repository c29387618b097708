import { collectDefaultMetrics, Registry } from 'prom-client'
import { addBuildInfo } from './build-metric.ts'

export { Counter, Gauge, Histogram, Registry } from 'prom-client'

// prom-client samples the event loop with a timer, every 10 ms by default: a hundred wake-ups a second in an idle process,
// and a distribution of the timer's own period. `nodejs_eventloop_lag_seconds` is measured at each scrape instead.
const HARDLY_EVER_MS = 3_600_000
const SAMPLED = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(name => `nodejs_eventloop_lag_${name}_seconds`)

// Gauges whose names end in `_total`, as only those of counters may. Gauges by type have the same figures.
const MISNAMED = ['handles', 'requests', 'resources'].map(name => `nodejs_active_${name}_total`)

/**
 * The registry of one process, with the version of its build and Node's own metrics in it (heap, event-loop lag, handles).
 *
 * Labels come from closed sets only: never a peer id, an address or an agent string, which peers choose.
 */
export function createRegistry (component: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ component })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: HARDLY_EVER_MS })
  for (const name of [...SAMPLED, ...MISNAMED]) {
    registry.removeSingleMetric(name)
  }
  addBuildInfo(registry)

  return registry
}
