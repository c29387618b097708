import { followObjects } from './follow-objects.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { FollowDeps, Followed } from './follow-objects.ts'

/** What is waited for, and for how long. */
export interface Waiting extends Followed {
  timeoutMs: number

  /** Asked at once and after each change. */
  holds: (objects: readonly KubeObject[]) => boolean
}

/**
 * Follows objects until something holds of them: true then, and false where that does not come in time.
 *
 * @throws ProbeError what `holds` throws, and every error that is not temporary
 */
export async function waitUntil (deps: FollowDeps, { timeoutMs, holds, ...followed }: Waiting, signal: AbortSignal): Promise<boolean> {
  const limit = AbortSignal.timeout(timeoutMs)

  try {
    for await (const objects of followObjects(deps, followed, AbortSignal.any([signal, limit]))) {
      if (holds([...objects.values()])) {
        return true
      }
    }
  } catch (err) {
    signal.throwIfAborted()

    if (!limit.aborted) {
      throw err
    }
  }

  return false
}
