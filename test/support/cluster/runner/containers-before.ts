import { defined } from '../../../../core/defined.ts'
import { timestamp } from './container.ts'
import { podsBefore } from './pod.ts'
import type { Container } from './container.ts'
import type { Pod } from './pod.ts'

// As many as a kubelet takes.
const MAX_LOG_CHARS = 2_048

/**
 * Runs the containers that come before a pod's own, one after the other; false when one of them failed.
 *
 * @param start starts the one container of a pod
 * @param onEnd receives the status of each, and its output
 */
export async function runBefore (pod: Pod, start: (pod: Pod) => Promise<Container>, onEnd: (status: object, output: string) => void): Promise<boolean> {
  for (const before of podsBefore(pod)) {
    const { name, image, terminationMessagePolicy } = before.spec.containers[0]!
    const container = await start(before)
    const exitCode = await container.ended
    const { startedAt, message, output } = container
    const words = message === '' && exitCode !== 0 && terminationMessagePolicy === 'FallbackToLogsOnError' ? output.slice(-MAX_LOG_CHARS) : message
    const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt, finishedAt: timestamp(), ...defined({ message: words === '' ? undefined : words }) }
    onEnd({ name, image, imageID: '', ready: exitCode === 0, restartCount: 0, state: { terminated } }, output)

    if (exitCode !== 0) {
      return false
    }
  }

  return true
}
