// Metrics of prom-client, from their definitions.
import { Counter, Gauge, Histogram } from 'prom-client'
import type { CounterDefinition, GaugeDefinition, HistogramDefinition, LabelOf, MetricDefinition } from './metric-definition.ts'
import type { Registry } from 'prom-client'

/** A value with the labels of its series. */
export type Labelled<L extends string> = readonly [labels: Readonly<Record<L, string>>, value: number]

/** Opens a counter. */
export function openCounter<D extends CounterDefinition> (registry: Registry, definition: D): Counter<LabelOf<D>> {
  return new Counter(described(registry, definition))
}

/** Opens a counter without labels whose number somebody else keeps: it is read at each scrape. */
export function readCounter (registry: Registry, definition: CounterDefinition, read: () => number): void {
  new Counter({
    ...described(registry, definition),
    collect () {
      this.reset()
      this.inc(read())
    }
  })
}

/** Opens a gauge; one without labels has no series until it is set. */
export function openGauge<D extends GaugeDefinition> (registry: Registry, definition: D): Gauge<LabelOf<D>> {
  const gauge = new Gauge(described(registry, definition))

  if (Object.keys(definition.labels).length === 0) {
    gauge.remove()
  }

  return gauge
}

/** Opens a gauge that is read at each scrape; it has no series while there is no value. */
export function readGauge (registry: Registry, definition: GaugeDefinition, read: () => number | undefined): void {
  new Gauge({
    ...described(registry, definition),
    collect () {
      const value = read()

      if (value === undefined) {
        this.remove()
      } else {
        this.set(value)
      }
    }
  })
}

/** Opens a gauge whose series are read at each scrape: those that are not given any more are gone. */
export function readGauges<D extends GaugeDefinition> (registry: Registry, definition: D, read: () => Iterable<Labelled<LabelOf<D>>>): void {
  new Gauge({
    ...described(registry, definition),
    collect () {
      this.reset()

      for (const [labels, value] of read()) {
        this.set(labels, value)
      }
    }
  })
}

/** Opens a histogram. */
export function openHistogram<D extends HistogramDefinition> (registry: Registry, definition: D): Histogram<LabelOf<D>> {
  return new Histogram({ ...described(registry, definition), buckets: [...definition.buckets] })
}

interface Configuration<L extends string> { name: string, help: string, labelNames: L[], registers: Registry[] }

function described<D extends MetricDefinition> (registry: Registry, { name, meaning, labels }: D): Configuration<LabelOf<D>> {
  return { name, help: meaning, labelNames: Object.keys(labels), registers: [registry] }
}
