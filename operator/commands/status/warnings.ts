import { isProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { backupName, consumerName, crawlerName, retentionName, sessionsName } from '../../model/naming/names.ts'
import { pathOf } from '../../runtime/kube-object.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** A warning event of a PeerProbe or of one of its objects. */
export interface Warning {
  /** When it happened last, RFC 3339. */
  time: string

  /** Kind and name of the object. */
  object: string

  reason: string
  note: string
}

interface ObjectRef { kind?: string, name?: string, namespace?: string }

interface EventObject extends KubeObject {
  regarding?: ObjectRef
  type?: string
  reason?: string
  note?: string
  eventTime?: string | null
  series?: { lastObservedTime?: string }
  deprecatedLastTimestamp?: string | null
}

// The API server keeps events for an hour by default.
const RECENT_MS = 3_600_000

// One screen.
const MAX_SHOWN = 5

// Of one namespace, or of all: a person sees the newest five of those that are his.
const MAX_READ = 500

/** The warning events of a namespace, or of every one; null where this user may not read them. */
export async function readWarnings (client: Pick<KubeClient, 'json'>, namespace: string | undefined, signal: AbortSignal): Promise<KubeObject[] | null> {
  try {
    const query = { fieldSelector: 'type=Warning', limit: String(MAX_READ) }
    const { items } = await client.json({ method: 'GET', path: pathOf(KINDS.event, { namespace }), query }, signal) as { items: KubeObject[] }

    return items
  } catch (err) {
    // They are an addition: what a status says is worth reading without them.
    if (isProbeError(err, 'PP_KUBE_FORBIDDEN')) {
      return null
    }
    throw err
  }
}

/** Those of one PeerProbe, the newest first. */
export function warningsOf (probe: KubeObject, events: readonly KubeObject[] | null, nowMs: number): Warning[] | null {
  return events === null
    ? null
    : eventsOf(probe, events)
        .map(event => ({ time: timeOf(event), object: `${event.regarding?.kind ?? ''} ${event.regarding?.name ?? ''}`, reason: event.reason ?? '', note: event.note ?? '' }))
        .filter(({ time }) => nowMs - Date.parse(time) < RECENT_MS)
        .sort((a, b) => Date.parse(b.time) - Date.parse(a.time))
        .slice(0, MAX_SHOWN)
}

/** The events of a PeerProbe and of the objects whose names are made from its own. */
export function eventsOf (probe: KubeObject, events: readonly KubeObject[]): EventObject[] {
  const { namespace = '', name } = probe.metadata
  const { scans = [] } = (probe['spec'] ?? {}) as Partial<ClusterSpec>
  const key = { namespace, name }
  const own = [consumerName(key), retentionName(key), sessionsName(key), backupName(key), `${name}-prepare`, ...scans.map(scan => crawlerName(key, scan.name))]

  return (events as EventObject[]).filter(({ regarding = {}, metadata }) => {
    const isOwn = own.some(text => regarding.name === text || regarding.name?.startsWith(`${text}-`) === true)

    return (regarding.namespace ?? metadata.namespace) === namespace && (regarding.kind === KINDS.peerProbe.kind ? regarding.name === name : isOwn)
  })
}

function timeOf ({ series, eventTime, deprecatedLastTimestamp, metadata }: EventObject): string {
  return series?.lastObservedTime ?? eventTime ?? deprecatedLastTimestamp ?? metadata.creationTimestamp ?? ''
}
