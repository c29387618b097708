// What a metric is, as data: the registries of the processes, the reference page and the bounds that tests hold come from it.
// A value that is not known yet has no series: zero peers before the first crawl would look like a network that is gone.

/** What somebody who operates PeerProbe wants to know; the reference page is in this order. */
export const QUESTIONS = {
  running: 'What runs?',
  working: 'Is it working?',
  complete: 'Is it complete?',
  late: 'Is it late?',
  lost: 'Is anything lost or held up?',
  time: 'Where does the time go?',
  room: 'What will fill up?',
  network: 'What is the network like?'
} as const

/** One of {@link QUESTIONS}. */
export type Question = keyof typeof QUESTIONS

/** The values that a label can have. */
export interface LabelValues {
  /** Which ones, in words or as a list. */
  values: string

  /** How many there can be. */
  atMost: number
}

/** What is the same for each kind of metric. */
interface Described {
  /** Full name, with the unit and `_total` as Prometheus recommends (https://prometheus.io/docs/practices/naming/). */
  readonly name: string

  /** What is counted or measured: a base unit, or a noun. */
  readonly unit: string

  /** One sentence or two. */
  readonly meaning: string

  readonly answers: Question

  /** Closed sets only: never a peer id, an address or an agent string, which strangers choose. */
  readonly labels: Readonly<Record<string, LabelValues>>

  /** Series of one process at most, where the labels exclude one another; otherwise it is the product of their values. */
  readonly combinations?: number

  /** What there is one such set of series for, where it is not the process. */
  readonly per?: 'PeerProbe'

  /** Why there is no series on the page of an ordinary process, and when there is. */
  readonly onlyWhen?: string
}

/** A number that only grows. */
export interface CounterDefinition extends Described { readonly type: 'counter' }

/** A number that is as it is now. */
export interface GaugeDefinition extends Described { readonly type: 'gauge' }

/** A distribution. */
export interface HistogramDefinition extends Described {
  readonly type: 'histogram'

  /** Upper bounds, ascending, without infinity. */
  readonly buckets: readonly number[]
}

/** One metric. */
export type MetricDefinition = CounterDefinition | GaugeDefinition | HistogramDefinition

/** The names of a metric's labels. */
export type LabelOf<D extends MetricDefinition> = keyof D['labels'] & string

/** Buckets for durations of one operation on a network, in seconds: 1 ms to 60 s. */
export const DURATIONS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60] as const

// Its sum, its count, and the bucket of all that is above the last bound.
const OTHER_SERIES = 3

/** Series that one process exposes of a metric at most; of one PeerProbe where it is defined by PeerProbe. */
export function mostSeries (definition: MetricDefinition): number {
  const sets = definition.combinations ?? Object.values(definition.labels).reduce((product, { atMost }) => product * atMost, 1)

  return definition.type === 'histogram' ? sets * (definition.buckets.length + OTHER_SERIES) : sets
}

/** A label with the values of a list. */
export function oneOf (values: readonly string[]): LabelValues {
  return { values: values.join(', '), atMost: values.length }
}
