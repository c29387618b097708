// Work of one process at a time (migrations, changes of partitions, removals) takes a named lock of the server. The
// lock ends with the process.
import { hash } from 'node:crypto'
import { ProbeError } from '../../../../core/errors.ts'
import type { MysqlConnection } from './connection.ts'

/** Kinds of work with a lock. */
export type LockName = 'migrate' | 'partitions' | 'purge' | 'sessions'

/** Runs `work` while this connection holds the lock. @throws ProbeError `PP_STORE_CONFLICT` when another process keeps it for longer than `waitSeconds` */
export async function withNamedLock<T> (connection: MysqlConnection, name: LockName, waitSeconds: number, work: () => Promise<T>): Promise<T> {
  const { rows: [database] } = await connection.query('SELECT DATABASE()')
  // Locks belong to the server, not to the database, and have at most 64 characters.
  const lock = `peerprobe:${name}:${hash('sha256', String(database?.[0]), 'hex').slice(0, 32)}`
  const { rows: [taken] } = await connection.query(`SELECT GET_LOCK('${lock}', ${String(waitSeconds)})`, (waitSeconds + 10) * 1_000)

  if (taken?.[0] !== 1) {
    throw new ProbeError('PP_STORE_CONFLICT', `another process kept the lock ${name} for longer than ${String(waitSeconds)} s`)
  }

  try {
    return await work()
  } finally {
    if (!connection.isBroken) {
      await connection.query(`DO RELEASE_LOCK('${lock}')`)
    }
  }
}
