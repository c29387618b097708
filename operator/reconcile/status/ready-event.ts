import { ORDER } from '../conditions/conditions.ts'
import type { EventNote } from '../../runtime/event-recorder.ts'
import type { Condition } from '../conditions/conditions.ts'

// A PeerProbe that a person suspended or paused is in its intended state.
const WANTED = new Set(['Suspended', 'Paused'])

/**
 * The event for a change of `Ready`: one for each change of its cause. Progress is a normal event; a failure that a person
 * must fix is a warning. A changed count in the message, such as of pods, is not a change.
 */
export function readyEvent (before: readonly Condition[], after: readonly Condition[]): EventNote | undefined {
  const ready = readyOf(after)

  if (ready === undefined || causeOf(before) === causeOf(after)) {
    return undefined
  }

  const { status, reason, message } = ready
  const type = isNormal(ready, after) ? 'Normal' : 'Warning'

  return { type, reason, action: 'Reconcile', note: message === '' ? reason : message, endsTrouble: status === 'True' }
}

function isNormal ({ status, reason }: Condition, all: readonly Condition[]): boolean {
  return status === 'True' || WANTED.has(reason) || partOf(all)?.status === 'Unknown'
}

// The same cause has the same key, whatever the counts in its message.
function causeOf (all: readonly Condition[]): string {
  const ready = readyOf(all)
  const part = partOf(all)
  const words = ready !== undefined && !isNormal(ready, all) ? ready.message.replaceAll(/\d+/g, '#') : ''

  return [ready?.status, ready?.reason, part?.type, words].join(' ')
}

function readyOf (all: readonly Condition[]): Condition | undefined {
  return all.find(({ type }) => type === 'Ready')
}

// The part that Ready reports.
function partOf (all: readonly Condition[]): Condition | undefined {
  const parts = ORDER.flatMap(type => all.find(condition => condition.type === type) ?? [])

  return parts.find(({ status }) => status === 'False') ?? parts.find(({ status }) => status === 'Unknown')
}
