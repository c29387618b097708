// The history is cut into days by the start of the crawl, so that removing a day is one change of a
// table's definition and not millions of deletions. Days are made ahead; there is no catch-all
// partition, since splitting one that has rows would stop the writers.
import { ProbeError } from '../../../core/errors.ts'
import { withNamedLock } from './server/named-lock.ts'
import type { MysqlConnection } from './server/connection.ts'

const SECONDS_PER_DAY = 86_400

/** How far ahead of the clock days are made. */
const DAYS_AHEAD = 7

/** A new history starts this long ago: the bus keeps messages for a week. What is older goes into the first partition. */
const DAYS_BEHIND = 8

const LOCK_WAIT_S = 30

/** One partition: the crawls that started before its end and are in no earlier one. */
export interface Partition {
  name: string

  /** First crawl_id that is not in it. */
  end: number
}

/** The partitions of the history, oldest first. */
export async function listPartitions (connection: MysqlConnection): Promise<Partition[]> {
  const { rows } = await connection.query(`SELECT PARTITION_NAME, PARTITION_DESCRIPTION FROM information_schema.PARTITIONS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'visit' ORDER BY PARTITION_ORDINAL_POSITION`)

  return rows.map(([name, end]) => ({ name: String(name), end: Number(end) }))
}

/** The partitions that a history lacks at `nowMs`, oldest first. */
export function missingPartitions (present: readonly Partition[], nowMs: number): Partition[] {
  const today = Math.floor(nowMs / 1_000 / SECONDS_PER_DAY)
  const end = present.at(-1)?.end ?? 0
  const first = Math.max(Math.ceil(end / SECONDS_PER_DAY), today - DAYS_BEHIND)

  const count = Math.max(0, today + DAYS_AHEAD + 1 - first)

  return Array.from({ length: count }, (_, i) => ({ name: `day${String(first + i)}`, end: (first + i + 1) * SECONDS_PER_DAY }))
}

/** Makes the partitions that are missing; returns the first crawl_id that has none. Safe from several processes at once. */
export async function makePartitions (connection: MysqlConnection, nowMs: number): Promise<number> {
  const missing = missingPartitions(await listPartitions(connection), nowMs)

  if (missing.length > 0) {
    await withNamedLock(connection, 'partitions', LOCK_WAIT_S, async () => {
      const still = missingPartitions(await listPartitions(connection), nowMs)

      if (still.length > 0) {
        const definitions = still.map(({ name, end }) => `PARTITION ${name} VALUES LESS THAN (${String(end)})`)
        await connection.query(`ALTER TABLE visit ADD PARTITION (${definitions.join()})`)
      }
    })
  }

  return (await listPartitions(connection)).at(-1)?.end ?? 0
}

/** Knows up to where the history takes crawls, and makes room in time. */
export class PartitionGuard {
  #end = 0

  /** Makes sure that there is a partition for a crawl. @throws ProbeError `PP_STORE_DATA` when the crawl starts too far in the future */
  async cover (connection: MysqlConnection, crawlId: number, nowMs: number): Promise<void> {
    if (crawlId < this.#end) {
      return
    }

    this.#end = await makePartitions(connection, nowMs)

    if (crawlId >= this.#end) {
      throw new ProbeError('PP_STORE_DATA', `crawl ${String(crawlId)} starts more than ${String(DAYS_AHEAD)} days in the future`, { details: { crawlId } })
    }
  }
}
