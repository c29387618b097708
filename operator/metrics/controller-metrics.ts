import { openCounter, openHistogram, readGauge, readGauges } from '../../core/metrics/open-metric.ts'
import { ANSWER_CODES, CONTROLLER_METRICS } from './operator-metric-definitions.ts'
import type { Counter, Histogram, Registry } from '../../core/process/metrics.ts'
import type { WatchState } from '../runtime/controller.ts'
import type { QueueObserver, Result } from '../runtime/work-queue.ts'

/** Values that are read when the metrics are scraped. */
export interface ControllerState {
  /** Name of the controller, used as a label. */
  controller: string

  /** Maximum number of keys processed at the same time. */
  workers: number

  depth: () => number
  active: () => number

  /** How long the longest reconciliation in progress has taken, in milliseconds. */
  longestMs: () => number

  isLeader: () => boolean
  watches: () => readonly WatchState[]

  /** Number of polled objects. */
  polled: () => number
}

const KNOWN_CODES: ReadonlySet<string> = new Set(ANSWER_CODES)

/** Metrics with the names of controller-runtime and client-go, for existing dashboards, and further ones of our own. */
export class ControllerMetrics implements QueueObserver {
  readonly #controller: string
  readonly #reconciles: Counter<'controller' | 'result'>
  readonly #errors: Counter<'controller'>
  readonly #terminal: Counter<'controller'>
  readonly #seconds: Histogram<'controller'>
  readonly #adds: Counter<'name'>
  readonly #waited: Histogram<'name'>
  readonly #retries: Counter<'name'>
  readonly #requests: Counter<'code' | 'method' | 'host'>
  readonly #requestSeconds: Histogram<'verb' | 'host'>
  readonly #written: Counter<'kind' | 'outcome'>

  constructor (registry: Registry, state: ControllerState) {
    this.#controller = state.controller
    this.#reconciles = openCounter(registry, CONTROLLER_METRICS.reconciles)
    this.#errors = openCounter(registry, CONTROLLER_METRICS.errors)
    this.#terminal = openCounter(registry, CONTROLLER_METRICS.terminal)
    this.#seconds = openHistogram(registry, CONTROLLER_METRICS.seconds)
    this.#adds = openCounter(registry, CONTROLLER_METRICS.adds)
    this.#waited = openHistogram(registry, CONTROLLER_METRICS.waited)
    this.#retries = openCounter(registry, CONTROLLER_METRICS.retries)
    this.#requests = openCounter(registry, CONTROLLER_METRICS.requests)
    this.#requestSeconds = openHistogram(registry, CONTROLLER_METRICS.requestSeconds)
    this.#written = openCounter(registry, CONTROLLER_METRICS.written)
    addGauges(registry, state)
    this.#startAtZero()
  }

  added (): void {
    this.#adds.inc({ name: this.#controller })
  }

  started (waitedMs: number): void {
    this.#waited.observe({ name: this.#controller }, waitedMs / 1_000)
  }

  finished (result: Result, tookMs: number): void {
    const controller = this.#controller
    this.#reconciles.inc({ controller, result: 'err' in result || 'terminal' in result ? 'error' : 'requeueAfterMs' in result ? 'requeue_after' : 'success' })
    this.#seconds.observe({ controller }, tookMs / 1_000)

    if ('err' in result) {
      this.#errors.inc({ controller })
    }
    if ('terminal' in result) {
      this.#terminal.inc({ controller })
    }
  }

  retried (): void {
    this.#retries.inc({ name: this.#controller })
  }

  /** Counts a request to the API server, with the time until its answer began. */
  requested ({ method, code, durationMs }: { method: string, code: string, durationMs: number }, host: string): void {
    this.#requests.inc({ method, code: KNOWN_CODES.has(code) ? code : 'other', host })
    this.#requestSeconds.observe({ verb: method, host }, durationMs / 1_000)
  }

  /** Counts a written object. */
  wrote (kind: string, outcome: string): void {
    this.#written.inc({ kind, outcome })
  }

  // So that a rate exists before the first event.
  #startAtZero (): void {
    const controller = this.#controller

    for (const result of ['success', 'requeue_after', 'error'] as const) {
      this.#reconciles.inc({ controller, result }, 0)
    }

    this.#errors.inc({ controller }, 0)
    this.#terminal.inc({ controller }, 0)
    this.#adds.inc({ name: controller }, 0)
    this.#retries.inc({ name: controller }, 0)
    this.#seconds.zero({ controller })
    this.#waited.zero({ name: controller })
  }
}

function addGauges (registry: Registry, { controller, workers, depth, active, longestMs, isLeader, watches, polled }: ControllerState): void {
  readGauges(registry, CONTROLLER_METRICS.leader, () => [[{ name: controller }, Number(isLeader())]])
  readGauges(registry, CONTROLLER_METRICS.depth, () => [[{ name: controller }, depth()]])
  readGauges(registry, CONTROLLER_METRICS.active, () => [[{ controller }, active()]])
  readGauges(registry, CONTROLLER_METRICS.workers, () => [[{ controller }, workers]])
  readGauges(registry, CONTROLLER_METRICS.longest, () => [[{ name: controller }, longestMs() / 1_000]])
  readGauges(registry, CONTROLLER_METRICS.watchAge, () => isLeader() ? watches().map(({ kind, silentMs }) => [{ kind }, silentMs / 1_000] as const) : [])
  readGauges(registry, CONTROLLER_METRICS.objects, () => isLeader() ? watches().map(({ kind, objects }) => [{ kind }, objects] as const) : [])
  readGauge(registry, CONTROLLER_METRICS.secrets, polled)
}
