// When backups are made on one machine. A laptop sleeps or is off at night: a scheduled backup that was missed is made
// as soon as the process runs again, and the first one at once, so that a configuration that cannot work is noticed
// while somebody watches.
import { errorText, isProbeError } from '../../../core/errors.ts'
import { backoffMs } from '../../../core/time/backoff.ts'
import { isAbort } from '../../../core/time/signals.ts'
import { pause } from '../../../core/time/sleep.ts'
import type { BackupStatus } from '../../../core/contracts/backup-status.ts'
import type { ErrorCode } from '../../../core/errors.ts'
import type { Logger } from '../../../core/process/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { CronSchedule } from '../../../core/time/cron-schedule.ts'
import type { BackupManifest } from '../../backup/backup-manifest.ts'

/** Dependencies of {@link BackupLoop}. */
export interface BackupLoopDeps {
  clock: Clock
  log: Logger
  schedule: Pick<CronSchedule, 'nextAfter'>

  /** The whole backups of the folder, oldest first. */
  list: () => Promise<BackupManifest[]>

  /** Makes a backup and removes old ones. It is not interrupted: a stop waits for it, within the time limit of the process. */
  backUp: () => Promise<BackupManifest>

  /** The path of a backup, for people. */
  pathOf: (file: string) => string

  /** Called for each attempt that failed. */
  onFailure: (code: ErrorCode) => void
}

// The wall clock is read again after this long: timers stand still while a laptop sleeps.
const LOOK_MS = 60_000

const RETRY = { initialMs: 60_000, maxMs: 3_600_000, jitter: 0 } as const

/** Makes a backup when the schedule asks for one, and tries again what fails. */
export class BackupLoop {
  readonly #deps: BackupLoopDeps
  #last: BackupManifest | undefined
  #hasListed = false
  #failure: BackupStatus['failure'] = null
  #failures = 0
  #retryAtMs = 0
  #isRunning = false

  constructor (deps: BackupLoopDeps) {
    this.#deps = deps
  }

  /** What is known of the backups. */
  get status (): BackupStatus {
    const { clock, pathOf } = this.#deps
    const next = this.#isRunning ? undefined : this.#dueMs()
    const last = this.#last

    return {
      last: last === undefined ? null : { path: pathOf(last.file), takenAt: last.takenAt, finishedAt: last.finishedAt, bytes: last.bytes },
      failure: this.#failure,
      running: this.#isRunning,
      nextAt: next === undefined ? null : new Date(Math.max(next, clock.now())).toISOString()
    }
  }

  /** The newest whole backup. */
  get last (): BackupManifest | undefined {
    return this.#last
  }

  /** Makes backups until `signal` aborts. */
  async run (signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = (this.#dueMs() ?? Infinity) - this.#deps.clock.now()

      if (waitMs > 0) {
        await pause(this.#deps.clock, Math.min(waitMs, LOOK_MS), signal)
      } else {
        await this.#attempt()
      }
    }
  }

  // Undefined where the schedule never comes.
  #dueMs (): number | undefined {
    const scheduled = this.#last === undefined ? 0 : this.#deps.schedule.nextAfter(Date.parse(this.#last.takenAt))

    return scheduled === undefined ? undefined : Math.max(scheduled, this.#retryAtMs)
  }

  // Whether an earlier process has made the backup that is due.
  async #isMade (): Promise<boolean> {
    if (this.#hasListed) {
      return false
    }

    const nowMs = this.#deps.clock.now()
    // One of the future was made while the clock was wrong: waiting for its time could take years.
    this.#last = (await this.#deps.list()).findLast(({ takenAt }) => Date.parse(takenAt) <= nowMs)
    this.#hasListed = true
    this.#retryAtMs = 0

    return (this.#dueMs() ?? Infinity) > nowMs
  }

  async #attempt (): Promise<void> {
    const { clock, log, backUp, onFailure } = this.#deps
    this.#isRunning = true

    try {
      if (await this.#isMade()) {
        return
      }

      const manifest = await backUp()
      this.#last = manifest
      this.#failure = null
      this.#failures = 0
      this.#retryAtMs = 0
      log.info({ file: manifest.file, bytes: manifest.bytes, rows: manifest.rows }, 'backup written')
    } catch (err) {
      if (isAbort(err) || !isProbeError(err)) {
        throw err
      }

      const waitMs = backoffMs(++this.#failures, RETRY)
      this.#retryAtMs = clock.now() + waitMs
      this.#failure = { code: err.code, message: errorText(err), at: new Date(clock.now()).toISOString() }
      log.error({ err, waitMs }, 'backup failed')
      onFailure(err.code)
    } finally {
      this.#isRunning = false
    }
  }
}
