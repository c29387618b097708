import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText, ProbeError } from '../../core/errors.ts'
import { PRIVATE_FILE } from '../../core/files/private-file.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { expectedBytes } from './backup-folder.ts'
import { dumpOptions, systemAuthorities } from './dump-options.ts'
import { lookAtDatabase } from './dump-target.ts'
import { sqlDump } from './sql-dump.ts'
import type { MysqlConfig } from '../../core/contracts/process-config.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { BackupFolder } from './backup-folder.ts'
import type { BackupManifest } from './backup-manifest.ts'

/** What a backup on one machine needs besides the configuration of the database. */
export interface MysqlBackupDeps {
  clock: Clock

  /** The program that dumps, and arguments before all others. */
  program: readonly [string, ...string[]]
}

const MAX_STDERR = 4_000

// Of the options that only the other family's program knows.
const WARNING = /^.*(?:unknown (?:option|variable)|\[?[Ww]arning\]?).*$\n?/gm

/**
 * A backup by the dump program of this machine, straight into the compressed file.
 *
 * @throws ProbeError `PP_BACKUP_FAILED`, `PP_DISK_LOW`, `PP_BACKUP_INVALID`, or a code of the store
 */
export async function backUpMysql (deps: MysqlBackupDeps, config: MysqlConfig, folder: BackupFolder, signal: AbortSignal): Promise<BackupManifest> {
  const { clock, program } = deps
  const takenAt = new Date(clock.now()).toISOString()
  await folder.removeLeftovers(clock.now())
  const { kind, serverVersion, tableBytes } = await lookAtDatabase(clock, config)
  const last = (await folder.list()).at(-1)
  await folder.requireRoom(last === undefined ? tableBytes : expectedBytes(last).packed)
  const scratch = await mkdtemp(join(tmpdir(), 'peerprobe-backup-'))

  try {
    const authorities = join(scratch, 'authorities.pem')
    const options = join(scratch, 'dump.cnf')
    await writeFile(authorities, systemAuthorities(), { mode: PRIVATE_FILE })
    await writeFile(options, await dumpOptions(config, { authorities }), { mode: PRIVATE_FILE })
    const [command, ...before] = program
    const bytes = outputOf([command, ...before, `--defaults-file=${options}`, config.database], signal)

    return await folder.write({ kind, serverVersion, takenAt }, sqlDump(bytes), () => clock.now(), signal)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

// The output of a program that must end well: an output that ends is no proof of that.
async function* outputOf ([command, ...args]: readonly [string, ...string[]], signal: AbortSignal): AsyncIterable<Buffer> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' })
  const ended = Promise.withResolvers<string>()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR)
  })
  child.once('error', (err) => {
    ended.resolve(errorText(err))
  })
  child.once('close', (code, by) => {
    ended.resolve(code === 0 ? '' : `it ended with ${code === null ? String(by) : `code ${String(code)}`}: ${stderr.replace(WARNING, '').trim()}`)
  })

  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      yield chunk
    }

    const fault = await ended.promise

    if (fault !== '') {
      throw new ProbeError('PP_BACKUP_FAILED', `${command}: ${escapeControlChars(fault)}`)
    }
  } finally {
    child.kill('SIGKILL')
  }
}
