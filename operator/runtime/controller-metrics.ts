import { Counter, Gauge, Histogram } from 'prom-client'
import type { QueueObserver, Result } from './work-queue.ts'
import type { Registry } from 'prom-client'

// The buckets of controller-runtime, so that dashboards made for it fit.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** What is read when the metrics are. */
export interface ControllerState {
  /** Name of the controller, a label. */
  controller: string

  depth: () => number
  active: () => number
  isLeader: () => boolean
}

/** Metrics with the names of controller-runtime and client-go, which dashboards know. */
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

  constructor (registry: Registry, { controller, depth, active, isLeader }: ControllerState) {
    const registers = [registry]
    this.#controller = controller
    this.#reconciles = new Counter({ registers, name: 'controller_runtime_reconcile_total', help: 'Reconciliations by result.', labelNames: ['controller', 'result'] })
    this.#errors = new Counter({ registers, name: 'controller_runtime_reconcile_errors_total', help: 'Reconciliations that failed.', labelNames: ['controller'] })
    this.#terminal = new Counter({ registers, name: 'controller_runtime_terminal_reconcile_errors_total', help: 'Reconciliations that failed for good.', labelNames: ['controller'] })
    this.#seconds = new Histogram({ registers, name: 'controller_runtime_reconcile_time_seconds', help: 'Duration of reconciliations.', labelNames: ['controller'], buckets: SECONDS })
    this.#adds = new Counter({ registers, name: 'workqueue_adds_total', help: 'Keys added to the queue.', labelNames: ['name'] })
    this.#waited = new Histogram({ registers, name: 'workqueue_queue_duration_seconds', help: 'How long keys waited for a worker.', labelNames: ['name'], buckets: SECONDS })
    this.#retries = new Counter({ registers, name: 'workqueue_retries_total', help: 'Keys that were tried again after a failure.', labelNames: ['name'] })
    this.#requests = new Counter({ registers, name: 'rest_client_requests_total', help: 'Requests to the API server.', labelNames: ['code', 'method', 'host'] })

    gauge({ registers, name: 'workqueue_depth', help: 'Keys that wait for a worker.' }, { name: controller }, depth)
    gauge({ registers, name: 'controller_runtime_active_workers', help: 'Keys that are worked on.' }, { controller }, active)
    gauge({ registers, name: 'leader_election_master_status', help: 'Whether this process leads.' }, { name: controller }, () => Number(isLeader()))
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

  /** Counts a request to the API server. */
  requested (method: string, code: string, host: string): void {
    this.#requests.inc({ method, code, host })
  }
}

function gauge (what: { registers: Registry[], name: string, help: string }, labels: Record<string, string>, read: () => number): void {
  new Gauge({
    ...what,
    labelNames: Object.keys(labels),
    collect () {
      this.set(labels, read())
    }
  })
}
