import { Cron } from 'croner'

/**
 * When a cron schedule of five fields comes, in UTC: as Kubernetes reads the schedule of a CronJob, so that a manifest means
 * the same on one machine.
 */
export class CronSchedule {
  readonly #cron: Cron

  /** @throws Error when it is not a schedule, such as a range that ends before it begins */
  constructor (text: string) {
    // `5/10` is every ten from five on, and a day of the month and one of the week are alternatives.
    this.#cron = new Cron(text, { paused: true, mode: '5-part', timezone: 'UTC', sloppyRanges: true, domAndDow: false })
  }

  /** The first time after `ms`, in milliseconds since 1970; undefined where there is none, as for the 31st of February. */
  nextAfter (ms: number): number | undefined {
    return this.#cron.nextRun(new Date(ms))?.getTime()
  }
}

/** Whether a text is a schedule that comes some day. */
export function comesAgain (text: string, nowMs: number): boolean {
  try {
    return new CronSchedule(text).nextAfter(nowMs) !== undefined
  } catch {
    return false // not a schedule
  }
}
