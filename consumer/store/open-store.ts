import { ProbeError } from '../../core/errors.ts'
import { MysqlStore } from './mysql/mysql-store.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'
import type { StoreConfig } from '../../core/contracts/process-config.ts'
import type { NodeStore, OpenStoreDeps } from './model/node-store.ts'

/** Settings of both stores. */
export interface OpenStoreOptions {
  /** How far `address_info.last_seen` may lag, in milliseconds; 0 writes every sighting. */
  coalesceWindowMs: number

  /** Opens an existing SQLite file to read it. The rights of a MySQL user are those that the server gives. @default false */
  readOnly?: boolean
}

/** Opens the database of a configuration, without migrating it. @throws ProbeError with a code that begins with `PP_STORE_` */
export async function openStore ({ sqlite, mysql }: StoreConfig, deps: OpenStoreDeps, options: OpenStoreOptions): Promise<NodeStore> {
  const { coalesceWindowMs, readOnly = false } = options

  if (mysql !== undefined) {
    return await MysqlStore.open(deps, { mysql, coalesceWindowMs })
  }
  if (sqlite !== undefined) {
    return await SqliteStore.open(deps, { path: sqlite.path, coalesceWindowMs, readOnly })
  }

  throw new ProbeError('PP_CONFIG_INVALID', 'store: must have exactly one of sqlite and mysql')
}
