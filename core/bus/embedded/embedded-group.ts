// Which member of a group reads which partition, and the group's positions.
//
// Members renew their expiry to show that they are alive; each partition has one owner while its lease
// lasts. A member takes only partitions that are assigned to it and free, and releases others when its
// handler has ended. So normally a partition has one reader. A killed member keeps its partitions for one
// lease. A member that was suspended for longer than its lease may still be handling messages that another
// one reads again: delivery is at least once.
import { ProbeError } from '../../errors.ts'
import { inTransaction } from '../../files/sqlite.ts'
import { numberAt, numberOrNullAt, textAt, textOrNullAt } from '../../rows/sqlite-row.ts'
import { partitionsFor } from '../port/partition-assignment.ts'
import type { SqliteRow } from '../../rows/sqlite-row.ts'
import type { GroupPosition, GroupTarget } from '../port/event-bus.ts'
import type { EmbeddedLog } from './embedded-log.ts'
import type { StatementSync } from 'node:sqlite'

/** Precision of the time at which a group was last seen. */
const SEEN_STEP_MS = 60_000

/** A member: its group, topic and id. */
export interface GroupMembership {
  group: string
  topicId: number
  memberId: string

  /** How long a silent member keeps its partitions, in milliseconds. */
  leaseMs: number
}

/** A partition that this member reads. */
export interface OwnedPartition {
  partitionId: number
  partition: number

  /** Where reading starts: the committed offset, or the oldest stored message. */
  position: number

  /** Messages that retention removed before the group had committed them. */
  expired: number
}

/** Result of one heartbeat. */
export interface Heartbeat {
  /** Partitions whose lease this member has, including new ones, by partition number. */
  owned: ReadonlyMap<number, OwnedPartition>

  /** Numbers of partitions that this member should release. */
  surplus: ReadonlySet<number>
}

interface PartitionState {
  partitionId: number
  partition: number
  start: number
  next: number
  committed: number | null
  owner: string | null
  ownerExpiresAt: number | null
}

/** One member's view of its group in the file. */
export class EmbeddedGroup {
  readonly #log: EmbeddedLog
  readonly #membership: GroupMembership
  readonly #states: StatementSync

  constructor (log: EmbeddedLog, membership: GroupMembership) {
    this.#log = log
    this.#membership = membership
    this.#states = log.database.prepare(`SELECT p.partition_id, p.partition, p.start_offset, p.next_offset, g.committed_offset, g.owner, g.owner_expires_at
      FROM topic_partition p LEFT JOIN group_partition g ON g.partition_id = p.partition_id AND g.group_name = ? WHERE p.topic_id = ? ORDER BY p.partition`)
  }

  /** Renews this member's expiry and leases, and takes assigned partitions that are free. */
  beat (nowMs: number): Heartbeat {
    return this.#log.run(() => inTransaction(this.#log.database, () => {
      const { memberId } = this.#membership
      const states = this.#partitionStates()
      const wanted = partitionsFor(memberId, this.#liveMembers(nowMs), states.map(({ partition }) => partition))
      const owned = states.filter(state => state.owner === memberId || (wanted.has(state.partition) && this.#isFree(state, nowMs)))

      for (const { partitionId } of owned) {
        this.#lease(partitionId, nowMs)
      }

      return {
        owned: new Map(owned.map(state => [state.partition, toOwned(state)])),
        surplus: new Set(owned.map(({ partition }) => partition).filter(partition => !wanted.has(partition)))
      }
    }))
  }

  /** Releases one partition, so that its next owner need not wait for the end of the lease. */
  release (partitionId: number): void {
    const { group, memberId } = this.#membership

    this.#log.run(() => this.#log.database.prepare('UPDATE group_partition SET owner = NULL, owner_expires_at = NULL WHERE group_name = ? AND partition_id = ? AND owner = ?')
      .run(group, partitionId, memberId))
  }

  /** Leaves the group and releases all partitions. */
  leave (): void {
    const { group, topicId, memberId } = this.#membership

    this.#log.run(() => {
      inTransaction(this.#log.database, () => {
        this.#log.database.prepare('DELETE FROM group_member WHERE group_name = ? AND topic_id = ? AND member_id = ?').run(group, topicId, memberId)
        this.#log.database.prepare('UPDATE group_partition SET owner = NULL, owner_expires_at = NULL WHERE group_name = ? AND owner = ?').run(group, memberId)
      })
    })
  }

  /**
   * Commits the group's position in a partition. It never moves back, and is valid from any member: handled messages
   * are handled, even if the partition has another owner by now.
   */
  commit (partitionId: number, nextOffset: number): void {
    this.#log.run(() => this.#log.database.prepare(`INSERT INTO group_partition (group_name, partition_id, committed_offset) VALUES (?, ?, ?)
      ON CONFLICT (group_name, partition_id) DO UPDATE SET committed_offset = max(ifnull(committed_offset, 0), excluded.committed_offset)`)
      .run(this.#membership.group, partitionId, nextOffset))
  }

  /** Messages that the group has not committed, for each partition of the topic. */
  lag (): Map<number, number> {
    return this.#log.run(() => new Map(this.#partitionStates().map(state => [state.partition, state.next - toOwned(state).position])))
  }

  /** The group's position in each partition. */
  positions (): GroupPosition[] {
    return this.#log.run(() => this.#partitionStates().map(({ partition, start, next, committed }) => ({ partition, oldest: start, next, committed })))
  }

  /** Sets the group's position, forwards or back. @throws ProbeError `PP_GROUP_ACTIVE` while it has a member */
  reset (target: GroupTarget, nowMs: number): void {
    const { group, topicId } = this.#membership
    const { database } = this.#log

    this.#log.run(() => {
      inTransaction(database, () => {
        if (database.prepare('SELECT 1 FROM group_member WHERE group_name = ? AND topic_id = ? AND expires_at > ?').get(group, topicId, nowMs) !== undefined) {
          throw new ProbeError('PP_GROUP_ACTIVE', `the group ${group} is being read: stop its consumers first`, { details: { group } })
        }

        const set = database.prepare('INSERT INTO group_partition (group_name, partition_id, committed_offset) VALUES (?, ?, ?) ON CONFLICT (group_name, partition_id) DO UPDATE SET committed_offset = excluded.committed_offset')

        for (const state of this.#partitionStates()) {
          set.run(group, state.partitionId, this.#offsetOf(target, state))
        }
      })
    })
  }

  #offsetOf (target: GroupTarget, { partitionId, start, next }: PartitionState): number {
    if (typeof target === 'string') {
      return target === 'earliest' ? start : next
    }

    const found = this.#log.database.prepare('SELECT min(first_offset) AS at FROM message_batch WHERE partition_id = ? AND published_at >= ?').get(partitionId, target.atMs)?.['at']

    return typeof found === 'number' ? found : next
  }

  #partitionStates (): PartitionState[] {
    return this.#states.all(this.#membership.group, this.#membership.topicId).map(partitionStateOf)
  }

  #liveMembers (nowMs: number): string[] {
    const { group, topicId, memberId, leaseMs } = this.#membership
    const { database } = this.#log

    database.prepare('INSERT INTO group_member (group_name, topic_id, member_id, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at')
      .run(group, topicId, memberId, nowMs + leaseMs)
    database.prepare(`INSERT INTO group_seen (group_name, topic_id, seen_at) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at WHERE abs(seen_at - excluded.seen_at) > ?`).run(group, topicId, nowMs, SEEN_STEP_MS)
    // An expiry later than one lease from now was written before the clock was set back: it counts as expired.
    database.prepare('DELETE FROM group_member WHERE group_name = ? AND topic_id = ? AND (expires_at <= ? OR expires_at > ?)').run(group, topicId, nowMs, nowMs + leaseMs)

    return database.prepare('SELECT member_id FROM group_member WHERE group_name = ? AND topic_id = ?').all(group, topicId).map(row => textAt(row, 'member_id'))
  }

  #isFree ({ owner, ownerExpiresAt }: PartitionState, nowMs: number): boolean {
    return owner === null || ownerExpiresAt === null || ownerExpiresAt <= nowMs || ownerExpiresAt > nowMs + this.#membership.leaseMs
  }

  #lease (partitionId: number, nowMs: number): void {
    const { group, memberId, leaseMs } = this.#membership

    this.#log.database.prepare(`INSERT INTO group_partition (group_name, partition_id, owner, owner_expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (group_name, partition_id) DO UPDATE SET owner = excluded.owner, owner_expires_at = excluded.owner_expires_at`)
      .run(group, partitionId, memberId, nowMs + leaseMs)
  }
}

function partitionStateOf (row: SqliteRow): PartitionState {
  return {
    partitionId: numberAt(row, 'partition_id'),
    partition: numberAt(row, 'partition'),
    start: numberAt(row, 'start_offset'),
    next: numberAt(row, 'next_offset'),
    committed: numberOrNullAt(row, 'committed_offset'),
    owner: textOrNullAt(row, 'owner'),
    ownerExpiresAt: numberOrNullAt(row, 'owner_expires_at')
  }
}

function toOwned ({ partitionId, partition, start, committed }: PartitionState): OwnedPartition {
  return { partitionId, partition, position: Math.max(start, committed ?? 0), expired: committed === null ? 0 : Math.max(0, start - committed) }
}
