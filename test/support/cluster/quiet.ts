// Nothing is written at rest. The audit log shows when rest begins, since a busy machine delivers its last events late.
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../until.ts'
import { OPERATOR_USER } from './operator-process.ts'
import type { ControlPlane } from '../servers/control-plane.ts'

const READS = new Set(['get', 'list', 'watch'])
const LIMIT_MS = 120_000

/** The operator's writes so far, without its lease: `verb resource/subresource name`. */
export async function writesOf (plane: ControlPlane): Promise<string[]> {
  return (await plane.audit())
    .filter(({ user, verb, objectRef }) => user.username === OPERATOR_USER && !READS.has(verb) && objectRef?.resource !== 'leases')
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ''}/${objectRef?.subresource ?? ''} ${objectRef?.name ?? ''}`)
}

/** Waits until nothing has been written for a while; resolves with the number of writes until then. */
export async function quiet (plane: ControlPlane, forMs: number): Promise<number> {
  let count = -1

  await until('the operator is at rest', async () => {
    await delay(forMs)
    const before = count
    count = (await writesOf(plane)).length

    return count === before
  }, LIMIT_MS)

  return count
}
