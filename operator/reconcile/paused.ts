import { isProbeError } from '../../core/errors.ts'
import { KINDS } from '../model/naming/kinds.ts'
import { consumerName } from '../model/naming/names.ts'
import { liveOf } from './apply/apply-step.ts'
import { good } from './conditions/conditions.ts'
import { imagesOf } from './observe/running-image.ts'
import { wholePlan } from './plan/whole-plan.ts'
import type { ReconcileDeps, Work } from './apply/context.ts'
import type { Finding } from './conditions/conditions.ts'

/** Annotation by which a person pauses the operator for a PeerProbe. */
export const PAUSE = 'peerprobe.dev/pause'

const HANDS_OFF = `paused: remove the annotation ${PAUSE} to continue`

// Enough for one line.
const NAMED = 4

/** The condition of a paused PeerProbe: nothing is changed, and what would be changed. */
export async function pausedFinding (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<Finding> {
  try {
    const drift = await driftOf(deps, work, signal)
    const more = drift.length > NAMED ? ` and ${String(drift.length - NAMED)} more` : ''

    return good('Paused', drift.length === 0 ? HANDS_OFF : `${HANDS_OFF}; not as planned: ${drift.slice(0, NAMED).join(', ')}${more}`)
  } catch (err) {
    if (!isProbeError(err) || isProbeError(err, 'PP_LEADER_LOST')) {
      throw err
    }

    return good('Paused', `${HANDS_OFF}; the differences are not known: ${err.message}`)
  }
}

// A prepare Job that succeeded may be deleted by now, which is not drift.
async function driftOf (deps: ReconcileDeps, work: Work, signal: AbortSignal): Promise<string[]> {
  const { metadata } = work.probe
  const running = imagesOf(deps.store(KINDS.deployment.kind).get({ namespace: metadata.namespace, name: consumerName(metadata) }))
  const { planned, missing } = await wholePlan(deps, work, { images: running ?? deps.images, scrapers: deps.scrapers }, signal)
  const drift = missing === undefined ? [] : [missing]

  for (const desired of planned.filter(({ kind }) => kind.kind !== KINDS.job.kind)) {
    const { kind: { kind }, object } = desired
    const field = deps.applier.difference(object, await liveOf(deps, desired, signal))
    drift.push(...field === undefined ? [] : [`${kind} ${object.metadata.name} ${field}`])
  }

  return drift
}
