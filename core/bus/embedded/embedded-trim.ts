// Removal of messages from the embedded log. One machine has no space for a week of consumed messages. Messages
// that every group has committed are removed after some minutes, messages older than the topic's retention
// whether consumed or not, and a limit in bytes removes messages that no group waits for.
import { inTransaction } from '../../files/sqlite.ts'
import { numberAt, numberOrNullAt } from '../../rows/sqlite-row.ts'
import type { DatabaseSync } from 'node:sqlite'

/** Limits of a topic. */
export interface TrimLimits {
  /** Maximum size of one topic, compressed. Where groups have not committed that much, publishing waits for them. */
  maxBytes: number

  /** How long messages are kept after every group has committed them, in milliseconds: a group can be set back that far. */
  keepCommittedMs: number
}

/** A group that was not seen for this long no longer prevents removals: it may have been renamed. */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000

// Maximum number of batches that one transaction removes: some milliseconds.
const TRIM_CHUNK = 200

interface PartitionRow { partitionId: number, topicId: number, retentionMs: number, storedBytes: number, floor: number | null }
interface BatchRow { firstOffset: number, nextOffset: number, publishedAt: number, bytes: number }

/** Additional space that a publish needs in one topic. */
export interface Room { topicId: number, bytes: number }

/** Removes some of the oldest batches that may be removed, if possible enough for `room`; returns the number of messages. */
export function trimLog (database: DatabaseSync, nowMs: number, limits: TrimLimits, room: Room = { topicId: 0, bytes: 0 }): number {
  const partitions = partitionRows(database, nowMs)
  const excess = new Map<number, number>()

  for (const { topicId, storedBytes } of partitions) {
    excess.set(topicId, (excess.get(topicId) ?? (topicId === room.topicId ? room.bytes : 0) - limits.maxBytes) + storedBytes)
  }

  return partitions.reduce((removed, partition) => removed + trimPartition(database, partition, { nowMs, excess, ...limits }), 0)
}

function partitionRows (database: DatabaseSync, nowMs: number): PartitionRow[] {
  // A group that has committed nothing in a partition prevents all removals from it.
  return database.prepare(`SELECT p.partition_id, p.topic_id, t.retention_ms, p.stored_bytes,
    (SELECT min(ifnull(g.committed_offset, 0)) FROM group_seen s LEFT JOIN group_partition g ON g.group_name = s.group_name AND g.partition_id = p.partition_id
      WHERE s.topic_id = p.topic_id AND s.seen_at > ?) AS floor
    FROM topic_partition p JOIN topic t USING (topic_id)`).all(nowMs - FORGOTTEN_AFTER_MS).map(row => ({
    partitionId: numberAt(row, 'partition_id'),
    topicId: numberAt(row, 'topic_id'),
    retentionMs: numberAt(row, 'retention_ms'),
    storedBytes: numberAt(row, 'stored_bytes'),
    floor: numberOrNullAt(row, 'floor')
  }))
}

function oldestBatches (database: DatabaseSync, partitionId: number): BatchRow[] {
  const rows = database.prepare(`SELECT first_offset, next_offset, published_at, length(payload) AS bytes
    FROM message_batch WHERE partition_id = ? ORDER BY first_offset LIMIT ?`).all(partitionId, TRIM_CHUNK)

  return rows.map(row => ({
    firstOffset: numberAt(row, 'first_offset'),
    nextOffset: numberAt(row, 'next_offset'),
    publishedAt: numberAt(row, 'published_at'),
    bytes: numberAt(row, 'bytes')
  }))
}

interface Trim extends TrimLimits { nowMs: number, excess: Map<number, number> }

function trimPartition (database: DatabaseSync, partition: PartitionRow, trim: Trim): number {
  const { partitionId, topicId } = partition
  const oldest = oldestBatches(database, partitionId)
  const removed: BatchRow[] = []

  for (const batch of oldest) {
    if (!mayGo(batch, partition, trim)) {
      break
    }
    removed.push(batch)
    trim.excess.set(topicId, (trim.excess.get(topicId) ?? 0) - batch.bytes)
  }

  const [first, last] = [removed[0], removed.at(-1)]

  if (first === undefined || last === undefined) {
    return 0
  }

  inTransaction(database, () => {
    const bytes = removed.reduce((sum, batch) => sum + batch.bytes, 0)
    const { changes } = database.prepare('DELETE FROM message_batch WHERE partition_id = ? AND first_offset BETWEEN ? AND ?').run(partitionId, first.firstOffset, last.firstOffset)

    // Another process may have removed them already.
    if (changes !== 0) {
      database.prepare('UPDATE topic_partition SET start_offset = max(start_offset, ?), stored_bytes = max(0, stored_bytes - ?) WHERE partition_id = ?').run(last.nextOffset, bytes, partitionId)
    }
  })

  return last.nextOffset - first.firstOffset
}

function mayGo ({ nextOffset, publishedAt }: BatchRow, { topicId, retentionMs, floor }: PartitionRow, { nowMs, excess, keepCommittedMs }: Trim): boolean {
  const isTooMuch = (excess.get(topicId) ?? 0) > 0
  const isCommitted = floor !== null && nextOffset <= floor

  return publishedAt < nowMs - retentionMs || (isCommitted && publishedAt < nowMs - keepCommittedMs) || (isTooMuch && (isCommitted || floor === null))
}
