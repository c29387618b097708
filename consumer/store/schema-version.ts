import { readdirSync } from 'node:fs'
import { isProbeError, ProbeError } from '../../core/errors.ts'
import { BREAKING } from './migrations/migrations.ts'
import type { NodeStore } from './model/node-store.ts'

// Both databases have the same migrations.
const MIGRATIONS = new URL('migrations/sqlite', import.meta.url)

/** The newest version of the tables that this program knows. */
export function schemaVersionKnown (): number {
  return readdirSync(MIGRATIONS).length
}

/**
 * Checks that a program that does not migrate can work on the tables of a store: they are of this version, or of a newer one that only added.
 *
 * @throws ProbeError `PP_STORE_SCHEMA` when there are none, when they are older, or when a newer version broke with this one
 */
export async function requireSchema (store: Pick<NodeStore, 'query' | 'values'>): Promise<void> {
  const known = schemaVersionKnown()
  const found = await versionOf(store)

  if (found > known && await hasBroken(store, known)) {
    throw new ProbeError('PP_STORE_SCHEMA', `the tables have version ${String(found)}, and this program knows ${String(known)}: a newer version made them`)
  }
  if (found < known) {
    throw new ProbeError('PP_STORE_SCHEMA', `the tables have version ${String(found)}, and this program needs ${String(known)}: run \`peerprobe migrate\`, or a process of this version`)
  }
}

async function hasBroken (store: Pick<NodeStore, 'query' | 'values'>, known: number): Promise<boolean> {
  const rows = await store.query(`SELECT version FROM schema_migration WHERE version > ? AND name LIKE '${BREAKING}%'`, [known])

  return rows.length > 0
}

async function versionOf (store: Pick<NodeStore, 'query' | 'values'>): Promise<number> {
  try {
    const [row] = await store.query('SELECT COALESCE(MAX(version), 0) AS version FROM schema_migration', [])

    return store.values.number(row?.[0], 'version')
  } catch (err) {
    if (isProbeError(err, 'PP_STORE_SCHEMA')) {
      throw new ProbeError('PP_STORE_SCHEMA', 'the database has no tables of PeerProbe', { cause: err })
    }
    throw err
  }
}
