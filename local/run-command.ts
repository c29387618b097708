// What `peerprobe run` does, and so `npm start`.
import { relative } from 'node:path'
import { defined } from '../core/defined.ts'
import { ProbeError } from '../core/errors.ts'
import { runCommand } from '../core/process/run-command.ts'
import { backupLines } from './backup/backup-watch.ts'
import { databaseName, queryCommand } from './database.ts'
import { ProgressView } from './progress-view.ts'
import { resultJson } from './result.ts'
import { runLocal } from './run-local.ts'
import { summaryLines } from './summary.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { LocalOptions } from './options.ts'
import type { RunResult } from './result.ts'

// Longer than all children may take one after the other.
const STOP_TIMEOUT_MS = 75_000

// Some terminals do not report their width; a file or a pipe has none.
const PLAIN_COLUMNS = 80
const FILE_COLUMNS = 160

const { stdout } = process
const screen = {
  write: (text: string) => stdout.write(text),
  isTerminal: stdout.isTTY,
  get columns () {
    return stdout.isTTY ? stdout.columns > 0 ? stdout.columns : PLAIN_COLUMNS : FILE_COLUMNS
  }
}

/** Runs a PeerProbe on this machine as this process, and prints its results. */
export async function runFromTerminal (options: LocalOptions): Promise<void> {
  const view = new ProgressView(screen, { once: options.once })
  const onResult = (result: RunResult): void => {
    if (!options.json) {
      show(result, view)
    }
  }

  await runCommand(async (signal) => {
    const result = await runLocal(options, { view, onResult }, signal)

    if (options.json) {
      stdout.write(`${JSON.stringify(resultJson(result))}\n`)
    } else {
      show(result, view)
    }

    failIfUseless(result, options)
  }, {
    stopTimeoutMs: STOP_TIMEOUT_MS,
    onFailure: () => {
      view.clear()
    }
  })
}

/** A run of one crawl that found nothing of use has failed, even if it was fully reported. @throws ProbeError the crawler's error */
function failIfUseless ({ scans }: RunResult, { once }: LocalOptions): void {
  const [useless] = once ? scans.flatMap(({ scan, problem }) => problem === undefined ? [] : [{ scan, problem }]) : []

  if (useless !== undefined) {
    throw new ProbeError(useless.problem.code as ErrorCode, `${useless.scan}: ${useless.problem.message}`)
  }
}

function show ({ scans, store, dump, backup }: RunResult, view: ProgressView): void {
  const database = store.sqlite === undefined ? databaseName(store) : shown(store.sqlite.path)
  const ask = (sql: string): string => queryCommand(store, database, sql)

  for (const result of scans) {
    summaryLines({
      ...result,
      database,
      queryCommand: ask,
      dump: dump === null ? null : shown(dump),
      ...defined({ backup: backup === undefined ? undefined : backupLines(backup, shown) }),
      columns: screen.columns
    }).forEach((line) => {
      view.say(line)
    })
  }
  if (scans.length === 0) {
    view.say(`stopped before a crawl had finished; the results so far are in ${database}`)
  }
}

// A path relative to this folder is shorter, and can be typed as shown.
function shown (path: string): string {
  const below = relative(process.cwd(), path)

  return below.startsWith('..') ? path : below
}
