// What a run says of its backups: a line when one was written or has failed, and what its summary and its JSON contain.
import { BackupStatus } from '../../core/contracts/backup-status.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'

/** The newest backup of a run, and why the last attempt failed, if it did. */
export type BackupReport = Pick<BackupStatus, 'last' | 'failure'>

/** The part of a process that is asked for its status. */
export interface BackupProcess {
  status: (signal: AbortSignal) => Promise<{ status: unknown } | undefined>
}

/** Follows the status of the process that makes backups. */
export class BackupWatch {
  readonly #say: (line: string) => void
  readonly #since: number
  #report: BackupReport | undefined

  /**
   * @param say called for each backup that ended during the run
   * @param since begin of the run, in milliseconds since 1970
   */
  constructor (say: (line: string) => void, since: number) {
    this.#say = say
    this.#since = since
  }

  /** What is known by now; undefined before the process has answered. */
  get report (): BackupReport | undefined {
    return this.#report
  }

  /** Asks the process, and says what is new. */
  async look (process: BackupProcess, signal: AbortSignal): Promise<void> {
    const answer = await process.status(signal)

    if (answer === undefined) {
      return
    }

    const status = BackupStatus.parse(answer.status)
    const { last, failure } = status
    const before = this.#report ?? { last: null, failure: null }
    this.#report = { last, failure }

    if (failure !== null && failure.at !== before.failure?.at) {
      this.#say(failureLine(status, failure))
    }
    if (last !== null && last.path !== before.last?.path && this.#isNew(last)) {
      this.#say(`backup written: ${last.path}`)
    }
  }

  // One that an earlier run made is no news.
  #isNew ({ finishedAt }: NonNullable<BackupReport['last']>): boolean {
    return Date.parse(finishedAt) >= this.#since
  }
}

/** Lines of a summary. */
export function backupLines ({ last, failure }: BackupReport, shown: (path: string) => string): string[] {
  return [
    `Backup       ${last === null ? 'none yet' : shown(last.path)}`,
    ...failure === null ? [] : [`  the last attempt failed: ${failureText(failure)}`]
  ]
}

function failureLine ({ last, nextAt }: BackupStatus, failure: NonNullable<BackupReport['failure']>): string {
  const rest = [
    ...last === null ? [] : [`the last one is of ${last.takenAt}`],
    ...nextAt === null ? [] : [`next attempt at ${nextAt}`]
  ]

  return ['backup failed', failureText(failure), ...rest.length === 0 ? [] : [rest.join('; ')]].join(': ')
}

function failureText ({ code, message }: NonNullable<BackupReport['failure']>): string {
  return `${escapeControlChars(message)} (${code})`
}
