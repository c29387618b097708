import { consumerName } from '../../../operator/model/naming/names.ts'
import type { AuditEvent } from '../../../test/support/servers/audit-log.ts'

/** A change of a PeerProbe that was answered, or a request of the operator that arrived, for the consumers of a PeerProbe. */
interface Step { kind: 'change' | 'applied', consumers: string, atMs: number }

/**
 * How long the operator took from each change of a PeerProbe, when the API server had answered it, until its own request that changed the
 * Deployment of the consumers arrived, by the API server's audit log; in milliseconds. A change without an answer is left out.
 */
export function changeLatencies (events: readonly AuditEvent[], operator: string): number[] {
  const changedAt = new Map<string, number>()
  const latencies: number[] = []

  for (const { kind, consumers, atMs } of events.flatMap(event => stepsOf(event, operator))) {
    const since = changedAt.get(consumers)

    if (kind === 'change') {
      changedAt.set(consumers, atMs)
    } else if (since !== undefined) {
      latencies.push(atMs - since)
      changedAt.delete(consumers)
    }
  }

  return latencies
}

function stepsOf ({ verb, user, objectRef, requestReceivedTimestamp = '', stageTimestamp = '' }: AuditEvent, operator: string): Step[] {
  const { resource, subresource, namespace = '', name = '' } = objectRef ?? { resource: '' }
  const what = `${verb} ${resource} by ${user.username === operator ? 'the operator' : 'others'}`

  if (subresource === undefined && what === 'patch peerprobes by others') {
    return [{ kind: 'change', consumers: `${namespace}/${consumerName({ namespace, name })}`, atMs: Date.parse(stageTimestamp) }]
  }

  return what === 'patch deployments by the operator' ? [{ kind: 'applied', consumers: `${namespace}/${name}`, atMs: Date.parse(requestReceivedTimestamp) }] : []
}

/** The value below which a share of the values lies (nearest rank). */
export function quantileOf (values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? Number.NaN
}
