import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { keyOf } from '../../runtime/kube-object.ts'
import { waitUntil } from '../access/wait-until.ts'
import { verdictOf } from './verdict.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { FollowDeps } from '../access/follow-objects.ts'
import type { ProbeChoice } from '../access/read-probes.ts'

/** What waiting works with. */
export interface AwaitReadyDeps extends FollowDeps {
  /** Called with the reason why a PeerProbe is not ready, whenever it changes. */
  onChange: (probe: KubeObject, message: string) => void
}

/**
 * Waits until every PeerProbe of a choice is ready and the operator has seen its last change; true then, and false where
 * that does not come in time.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` where there is none any more
 */
export async function awaitReady (deps: AwaitReadyDeps, { timeoutMs, ...choice }: ProbeChoice & { timeoutMs: number }, signal: AbortSignal): Promise<boolean> {
  const said = new Map<string, string>()

  return await waitUntil(deps, {
    kind: KINDS.peerProbe,
    ...choice,
    timeoutMs,
    holds: (probes) => {
      if (probes.length === 0) {
        throw new ProbeError('PP_CONFIG_INVALID', `${choice.name === undefined ? 'the PeerProbes were' : `PeerProbe ${choice.name} was`} deleted in the meantime`)
      }

      const unready = probes.map(probe => ({ probe, ...verdictOf(probe, deps.clock.now()) })).filter(({ state }) => state === 'unhealthy')

      for (const { probe, reason, message } of unready) {
        const text = `not ready, ${reason}: ${message}`

        if (said.get(keyOf(probe.metadata)) !== text) {
          said.set(keyOf(probe.metadata), text)
          deps.onChange(probe, text)
        }
      }

      return unready.length === 0
    }
  }, signal)
}
