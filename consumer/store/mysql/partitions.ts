// The table of visits is partitioned by day, the day of the crawl's start: removing a day is one ALTER TABLE
// instead of millions of deletions. Days are created ahead. There is no catch-all partition: splitting one
// that has rows would block the writers.
import { ProbeError } from '../../../core/errors.ts'
import { MYSQL_VALUES } from './server/mysql-values.ts'
import { withNamedLock } from './server/named-lock.ts'
import type { MysqlConnection } from './server/connection.ts'

const SECONDS_PER_DAY = 86_400

/** Days that are created ahead of the clock. */
const DAYS_AHEAD = 7

/** A new table starts this many days ago: the bus keeps messages for a week. Older visits go into the first partition. */
const DAYS_BEHIND = 8

const LOCK_WAIT_S = 30

/** One partition: crawls that started before its end and after the end of the partition before it. */
export interface Partition {
  name: string

  /** First crawl_id after the partition. */
  end: number
}

/** The partitions of the table of visits, oldest first. */
export async function listPartitions (connection: MysqlConnection): Promise<Partition[]> {
  const { rows } = await connection.query(`SELECT PARTITION_NAME, PARTITION_DESCRIPTION FROM information_schema.PARTITIONS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'visit' ORDER BY PARTITION_ORDINAL_POSITION`)

  // The end of a partition is a text there.
  return rows.map(([name, end]) => ({ name: MYSQL_VALUES.text(name, 'PARTITION_NAME'), end: Number(MYSQL_VALUES.textOrNumber(end, 'PARTITION_DESCRIPTION')) }))
}

/** The partitions that are missing at `nowMs`, oldest first. */
export function missingPartitions (present: readonly Partition[], nowMs: number): Partition[] {
  const today = Math.floor(nowMs / 1_000 / SECONDS_PER_DAY)
  const end = present.at(-1)?.end ?? 0
  const first = Math.max(Math.ceil(end / SECONDS_PER_DAY), today - DAYS_BEHIND)

  const count = Math.max(0, today + DAYS_AHEAD + 1 - first)

  return Array.from({ length: count }, (_, i) => ({ name: `day${String(first + i)}`, end: (first + i + 1) * SECONDS_PER_DAY }))
}

/** Creates the missing partitions; returns the first crawl_id without a partition. Safe from several processes at once. */
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

/** Remembers the end of the last partition, and creates further ones in time. */
export class PartitionGuard {
  #end = 0

  /** Makes sure that a crawl has a partition. @throws ProbeError `PP_STORE_DATA` when the crawl starts too far in the future */
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
