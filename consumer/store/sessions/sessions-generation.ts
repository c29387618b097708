import type { SessionDialect } from './session-dialect.ts'

/**
 * Number of the last derivation of sessions, by which a reader knows whether the sessions may have changed. Undefined while a
 * derivation has begun and not ended: it removes the changes of earlier generations last.
 */
export async function readSessionsGeneration ({ read, query }: Pick<SessionDialect, 'read' | 'query'>): Promise<number | undefined> {
  const [row = []] = await query('SELECT generation, CASE WHEN EXISTS (SELECT 1 FROM session_change c WHERE c.generation < s.generation) THEN 1 ELSE 0 END FROM session_state s WHERE id = 1')

  return read.number(row[1], 'generation') === 1 ? undefined : read.number(row[0], 'generation')
}
