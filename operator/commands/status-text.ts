import { ERRORS } from '../../core/errors.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import { formatTable } from '../../core/text/table.ts'
import type { Condition } from '../reconcile/conditions/conditions.ts'
import type { StatusBefore } from '../reconcile/status/status.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

const ACTIONS: ReadonlyMap<string, string> = new Map(Object.values(ERRORS).map(({ reason, action }) => [reason, action]))

/** What a PeerProbe says of itself, on one screen: whether it is ready, why not, and what to do; then its parts, scans and consumers. */
export function statusText ({ metadata, status }: KubeObject): string {
  const { namespace = '', name, generation } = metadata
  const { observedGeneration, conditions = [], ...rest } = (status ?? {}) as StatusBefore
  const title = `PeerProbe ${namespace}/${name}`
  const ready = conditions.find(({ type }) => type === 'Ready')

  if (ready === undefined) {
    return `${title}: no status yet. Does the operator run, and does it watch this namespace?\n`
  }

  const behind = observedGeneration === generation ? '' : '  The operator has not seen the last change yet.\n'

  return `${title}: ${verdict(ready)}${behind}\n${[conditionTable(conditions), `${scanTable(rest)}${crawlNotes(rest)}`, consumerTable(rest)].join('\n')}`
}

function verdict ({ status, reason, message }: Condition): string {
  const action = status === 'True' ? undefined : ACTIONS.get(reason)

  return `${status === 'True' ? 'ready' : `not ready, ${reason}`}\n  ${escapeControlChars(message)}\n${action === undefined ? '' : `  What to do: ${action}\n`}`
}

function conditionTable (conditions: Condition[]): string {
  const rows = conditions.map(({ type, status, reason, lastTransitionTime, message }) => [type, status, reason, lastTransitionTime, message])

  return formatTable(['CONDITION', 'STATUS', 'REASON', 'SINCE', 'MESSAGE'], rows)
}

function scanTable ({ scans = [] }: StatusBefore): string {
  const rows = scans.map(({ name, ready, peerId = null, lastCrawl: { finishedAt = null, durationSeconds = null, contacted = null, dhtServers = null } = {} }) =>
    [name, ready ? 'yes' : 'no', finishedAt, durationSeconds, contacted, dhtServers, peerId])

  return formatTable(['SCAN', 'RUNS', 'LAST CRAWL', 'SECONDS', 'CONTACTED', 'DHT SERVERS', 'PEER ID'], rows)
}

// What a table has no room for.
function crawlNotes ({ scans = [] }: StatusBefore): string {
  return scans.flatMap(({ name, notes = [] }) => notes.map(({ reason, message }) => {
    const action = ACTIONS.get(reason)

    return `  ${name}, last crawl: ${reason}: ${escapeControlChars(message)}\n${action === undefined ? '' : `    What to do: ${action}\n`}`
  })).join('')
}

// The lag is rounded up to a power of ten.
function consumerTable ({ consumer, replicas = 0, lag, kafka }: StatusBefore): string {
  const ready = `${String(consumer?.ready ?? 0)}/${String(replicas)}`
  const row = [ready, lag === undefined ? null : `up to ${String(lag)}`, kafka?.topic ?? null, kafka?.bootstrapServers ?? null]

  return formatTable(['CONSUMERS', 'LAG', 'TOPIC', 'BROKERS'], [row])
}
