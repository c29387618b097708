import type { AuditEvent } from '../../test/support/servers/audit-log.ts'

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

/** How many requests a user has made, by an API server's audit log; those for its lease are left out. */
export function requestsOf (events: readonly AuditEvent[], username: string): { reads: number, writes: number } {
  const theirs = events.filter(({ user, objectRef }) => user.username === username && objectRef?.resource !== 'leases')
  const reads = theirs.filter(({ verb }) => READS.has(verb)).length

  return { reads, writes: theirs.length - reads }
}
