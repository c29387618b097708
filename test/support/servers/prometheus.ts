// A real Prometheus for tests. Targets and rules may change while it runs; by default it scrapes and evaluates every second,
// so that tests do not wait for minutes.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { z } from 'zod'
import { TempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { freePorts } from './free-ports.ts'
import { LeashedProcess } from './leashed-process.ts'
import { monitoringProgram } from './promtool.ts'

const START_LIMIT_MS = 60_000
const ANSWER_LIMIT_MS = 30_000
const TAIL_CHARS = 2_000

/** A page of metrics to scrape, at `/metrics` of an address. */
export interface ScrapeTarget {
  /** `HOST:PORT`. */
  address: string

  /** Labels of its series: `namespace`, `pod`, `job` and others, like those from a PodMonitor's relabelling. */
  labels: Readonly<Record<string, string>>

  /** Whether labels of the page itself win over those of the target (`honorLabels`). @default false */
  honorLabels?: boolean
}

/** Targets and rules of Prometheus. */
export interface PrometheusOptions {
  targets?: readonly ScrapeTarget[]

  /** Paths of files of rules. */
  ruleFiles?: readonly string[]

  /** Another program than the one of Debian, which finds no pods. */
  program?: string

  /** Further jobs, as its configuration has them: such as those that find their targets themselves. */
  jobs?: readonly object[]

  /** How often it scrapes, in milliseconds; a page that takes as long is a failed scrape. @default 1_000 */
  scrapeIntervalMs?: number

  /** How often it evaluates rules, in milliseconds. @default 1_000 */
  evaluationIntervalMs?: number
}

/** One series of an instant query. */
export interface Sample {
  labels: Readonly<Record<string, string>>
  value: number
}

/** One series of a range query. */
export interface SampledSeries {
  labels: Readonly<Record<string, string>>

  /** Moments in seconds since 1970, with the value at each. */
  points: readonly (readonly [number, number])[]
}

/** An alert that is pending or firing. */
export interface ActiveAlert {
  name: string
  state: 'pending' | 'firing'
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
}

const Labels = z.record(z.string(), z.string())
const Point = z.tuple([z.number(), z.string()])
const Answer = z.object({ status: z.string(), data: z.unknown().optional(), error: z.string().optional() })
const Vector = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.object({ metric: Labels, value: Point }).array() }),
  z.object({ resultType: z.literal('scalar'), result: Point })
])
const Matrix = z.object({ resultType: z.literal('matrix'), result: z.object({ metric: Labels, values: Point.array() }).array() })
const Alerts = z.object({ alerts: z.object({ labels: Labels, annotations: Labels, state: z.enum(['pending', 'firing']) }).array() })
const Targets = z.object({ activeTargets: z.object({ scrapeUrl: z.string(), health: z.string(), lastError: z.string() }).array() })

/** A real Prometheus on a free port of 127.0.0.1, in its own temporary folder. */
export class Prometheus implements AsyncDisposable {
  /** Its URL, without a trailing slash. */
  readonly url: string

  readonly #folder: TempFolder
  readonly #process: LeashedProcess
  readonly #fixed: Omit<Required<PrometheusOptions>, 'targets' | 'ruleFiles' | 'program'>
  #ruleFiles: readonly string[]

  private constructor (url: string, folder: TempFolder, process: LeashedProcess, options: Required<Omit<PrometheusOptions, 'program'>>) {
    this.url = url
    this.#folder = folder
    this.#process = process
    this.#fixed = options
    this.#ruleFiles = options.ruleFiles
  }

  /** Starts one; resolves when it answers. */
  static async open ({ program, ...given }: PrometheusOptions = {}): Promise<Prometheus> {
    const options = { targets: [], ruleFiles: [], jobs: [], scrapeIntervalMs: 1_000, evaluationIntervalMs: 1_000, ...given }
    const folder = new TempFolder()
    const address = `127.0.0.1:${String((await freePorts(1))[0])}`
    writeConfig(folder, options)
    writeTargets(folder, options.targets)
    const command = [
      program ?? monitoringProgram('prometheus'),
      `--config.file=${folder.file('prometheus.yml')}`,
      `--storage.tsdb.path=${folder.file('data')}`,
      `--web.listen-address=${address}`,
      '--web.enable-lifecycle',
      '--log.level=warn'
    ]
    const process = await LeashedProcess.start(command, { logPath: folder.file('prometheus.log') })
    const server = new Prometheus(`http://${address}`, folder, process, options)

    try {
      await process.ready(async () => await server.#isReady(), START_LIMIT_MS)
    } catch (err) {
      await server[Symbol.asyncDispose]()
      throw err
    }

    return server
  }

  /** Replaces the targets; resolves when each was scraped, successfully or not, at least once. */
  async setTargets (targets: readonly ScrapeTarget[]): Promise<void> {
    writeTargets(this.#folder, targets)
    const expected = targets.map(({ address }) => `http://${address}/metrics`).toSorted()

    await until('Prometheus has looked at its targets', async () => {
      const { activeTargets } = Targets.parse(await this.#ask('targets', { state: 'active' }))
      const seen = activeTargets.filter(({ health }) => health !== 'unknown').map(({ scrapeUrl }) => scrapeUrl)

      return JSON.stringify(seen.toSorted()) === JSON.stringify(expected)
    })
  }

  /** Errors of the last scrape, by `HOST:PORT`. */
  async scrapeErrors (): Promise<Record<string, string>> {
    const { activeTargets } = Targets.parse(await this.#ask('targets', { state: 'active' }))

    return Object.fromEntries(activeTargets.filter(({ lastError }) => lastError !== '').map(({ scrapeUrl, lastError }) => [new URL(scrapeUrl).host, lastError]))
  }

  /** Replaces the files of rules. @throws TypeError with the error of Prometheus about a refused file */
  async setRuleFiles (ruleFiles: readonly string[]): Promise<void> {
    this.#ruleFiles = ruleFiles
    writeConfig(this.#folder, { ...this.#fixed, ruleFiles: this.#ruleFiles })
    const response = await fetch(`${this.url}/-/reload`, { method: 'POST', signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })

    if (!response.ok) {
      // Its answer contains no file and no line; its log does.
      throw new TypeError(`Prometheus refuses its configuration: ${readFileSync(this.#folder.file('prometheus.log'), 'utf8').slice(-TAIL_CHARS)}`)
    }
  }

  /** The result of an expression now: its series, or one without labels for a scalar. @throws TypeError with Prometheus' error about an invalid expression */
  async query (expr: string): Promise<Sample[]> {
    const answer = Vector.parse(await this.#ask('query', { query: expr }))

    return answer.resultType === 'scalar'
      ? [{ labels: {}, value: Number(answer.result[1]) }]
      : answer.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }))
  }

  /** The result of an expression over the last `seconds`, at every `stepSeconds`. @throws TypeError with the error of Prometheus about an invalid expression */
  async queryRange (expr: string, { seconds, stepSeconds = 1 }: { seconds: number, stepSeconds?: number }): Promise<SampledSeries[]> {
    const end = Date.now() / 1_000
    const { result } = Matrix.parse(await this.#ask('query_range', { query: expr, start: String(end - seconds), end: String(end), step: String(stepSeconds) }))

    return result.map(({ metric, values }) => ({ labels: metric, points: values.map(([at, value]) => [at, Number(value)] as const) }))
  }

  /** The series of a metric that were scraped or recorded within ten minutes, also those that are gone since. */
  async seen (metric: string): Promise<Sample[]> {
    return await this.query(`last_over_time(${metric}[10m])`)
  }

  /** Waits until an expression has a result that `accept` accepts (default: not empty); resolves with it. @throws TypeError after a minute, or `limitMs` */
  async waitFor (expr: string, accept: (samples: Sample[]) => boolean = samples => samples.length > 0, limitMs?: number): Promise<Sample[]> {
    let samples: Sample[] = []

    await until(`Prometheus gives what is waited for: ${expr}`, async () => {
      samples = await this.query(expr)

      return accept(samples)
    }, limitMs)

    return samples
  }

  /** The alerts that are pending or firing now. */
  async alerts (): Promise<ActiveAlert[]> {
    const { alerts } = Alerts.parse(await this.#ask('alerts', {}))

    return alerts.map(({ labels, annotations, state }) => ({ name: labels['alertname'] ?? '', state, labels, annotations }))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
    this.#folder[Symbol.dispose]()
  }

  async #isReady (): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/-/ready`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })).ok
    } catch {
      return false // not up yet
    }
  }

  async #ask (path: string, parameters: Record<string, string>): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const { status, data, error = '' } = Answer.parse(await response.json())

    if (status !== 'success') {
      throw new TypeError(`Prometheus refuses ${path} ${JSON.stringify(parameters)}: ${error}`)
    }

    return data
  }
}

// The jobs of the configuration, each with its own file of targets.
const JOBS = [{ name: 'pods', honorLabels: false }, { name: 'honoured', honorLabels: true }]

function writeConfig (folder: TempFolder, { ruleFiles, jobs, scrapeIntervalMs, evaluationIntervalMs }: Omit<Required<PrometheusOptions>, 'targets' | 'program'>): void {
  const scrape = `${String(scrapeIntervalMs)}ms`

  writeFileSync(folder.file('prometheus.yml'), stringify({
    // Prometheus allows no timeout above the interval.
    global: { scrape_interval: scrape, scrape_timeout: scrape, evaluation_interval: `${String(evaluationIntervalMs)}ms` },
    rule_files: ruleFiles,
    scrape_configs: [
      ...JOBS.map(({ name, honorLabels }) => ({ job_name: name, honor_labels: honorLabels, file_sd_configs: [{ files: [folder.file(`${name}.json`)] }] })),
      ...jobs
    ]
  }))
}

/** Each file is replaced as a whole: Prometheus reads it as soon as it changes. */
function writeTargets (folder: TempFolder, targets: readonly ScrapeTarget[]): void {
  for (const { name, honorLabels } of JOBS) {
    const own = targets.filter(target => (target.honorLabels ?? false) === honorLabels)
    writeFileSync(folder.file('unfinished'), JSON.stringify(own.map(({ address, labels }) => ({ targets: [address], labels }))))
    renameSync(folder.file('unfinished'), folder.file(`${name}.json`))
  }
}
