// The commands and jobs that read or rewrite a whole database, in the order in which they are measured: those that remove rows last.
import { writeFileSync } from 'node:fs'
import type { TempFolder } from '../../../test/support/temp-folder.ts'
import type { MeasuredCommand } from './measured-process.ts'

/** A command or job to measure. */
export interface MeasuredStep {
  name: string
  command: MeasuredCommand
}

/** Where the steps find the database, and put their files. */
export interface StepPlaces {
  /** Path of the SQLite database. */
  database: string

  folder: TempFolder

  /** Peers that a listing shows. */
  peers: number
}

const YEAR_MS = 365 * 86_400_000

/** All steps. The job of retention removes every row but those of sessions. */
export function measuredSteps ({ database, folder, peers }: StepPlaces): MeasuredStep[] {
  const cli = (name: string, ...args: string[]): MeasuredStep => ({ name, command: { main: 'cli/main.ts', args: [...args, '--data', database] } })
  const store = { sqlite: { path: database } }
  const job = (name: string, main: string, config: object): MeasuredStep => {
    const path = folder.file(`${name}.json`)
    writeFileSync(path, JSON.stringify({ store, ...config }))

    return { name: `job ${name}`, command: { main, env: { PEERPROBE_CONFIG: path } } }
  }
  const exports = (['ndjson', 'csv', 'parquet'] as const).flatMap(format => (['nodes', 'visits'] as const).map(kind =>
    cli(`export ${kind} --format ${format}`, 'export', kind, '--format', format, '--out', folder.file(`${kind}.${format}`))))

  return [
    cli('nodes', 'nodes', '--limit', String(peers)),
    cli('nodes --json', 'nodes', '--json', '--limit', String(peers)),
    ...exports,
    cli('backup', 'backup', '--to', folder.file('backup')),
    job('sessions', 'consumer/jobs/sessions/main.ts', { keepMs: YEAR_MS }),
    cli('sessions show', 'sessions', 'show'),
    job('retention', 'consumer/jobs/retention/main.ts', { afterMs: 0 })
  ]
}
