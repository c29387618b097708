import { decodeIdentify } from '../wire/identify-message.ts'
import { askTable } from './ask-table.ts'
import { classify } from './classify.ts'
import { Deadline } from './deadline.ts'
import { peerFault } from './peer-fault.ts'
import { raceAbort } from './race-abort.ts'
import type { Clock } from '../../core/clock.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { TableAnswer } from './ask-table.ts'
import type { Classified } from './classify.ts'
import type { KadProtocols } from './kad-protocol.ts'
import type { QueryStream, Session } from './session.ts'
import type { Identity, VisitTarget } from './visitor.ts'

/** What an interview needs. */
export interface InterviewDeps extends InterviewOptions {
  clock: Clock
  protocols: KadProtocols
}

/** Limits of the questions. */
export interface InterviewOptions {
  /** Limit of identify, in milliseconds. */
  identifyTimeoutMs: number

  /** Limit of each answer of the DHT, in milliseconds. */
  requestTimeoutMs: number
}

/** What a connected peer told. */
export interface Interview extends Classified {
  identity?: Identity
  table: TableAnswer
  latencyMs?: number
}

/** Asks a connected peer who it is and whom it knows, side by side: neither waits for the other. Never rejects because of the remote. */
export async function interview (session: Session, target: VisitTarget, deps: InterviewDeps, signal: AbortSignal): Promise<Interview> {
  const { clock, protocols, requestTimeoutMs } = deps
  const identifying = identify(session, target, deps, signal)
  const open = async (first: Uint8Array, openSignal: AbortSignal): Promise<QueryStream | undefined> => {
    const known = protocols.candidates()
    const candidates = known.length > 0 ? known : protocols.among((await raceAbort(identifying, openSignal)).identity?.protocols ?? [])

    return candidates.length === 0 ? undefined : await session.openQueries(candidates, first, openSignal)
  }
  const [identified, table] = await Promise.all([identifying, askTable(target, { clock, open }, requestTimeoutMs, signal)])

  if (table.answered > 0 && table.protocol !== undefined) {
    protocols.confirm(table.protocol)
  }

  const latencies = [session.latencyMs, table.latencyMs].filter(latency => latency !== undefined)

  return {
    ...judge(identified, table, protocols),
    ...(identified.identity !== undefined && { identity: identified.identity }),
    ...(latencies.length > 0 && { latencyMs: Math.min(...latencies) }),
    table
  }
}

interface Identified { identity?: Identity, fault?: Classified }

async function identify (session: Session, { id }: VisitTarget, { clock, identifyTimeoutMs }: InterviewDeps, signal: AbortSignal): Promise<Identified> {
  using deadline = new Deadline(clock, identifyTimeoutMs, signal)

  try {
    const identity = decodeIdentify(await raceAbort(session.identify(deadline.signal), deadline.signal), id, session.remoteKey)

    return identity === undefined ? { fault: classify(peerFault('protocol-error', 'identify is empty or malformed')) } : { identity }
  } catch (err) {
    return { fault: classify(err) }
  }
}

function judge ({ identity, fault }: Identified, table: TableAnswer, protocols: KadProtocols): Classified {
  if (identity === undefined) {
    return because(fault?.outcome === 'reset' || fault?.outcome === 'aborted' ? 'connected' : 'identify-failed', fault)
  }
  if (table.answered > 0) {
    return { outcome: 'ok' }
  }

  const servesDht = table.protocol !== undefined || protocols.among(identity.protocols).length > 0

  return servesDht ? because('rpc-failed', table.fault) : { outcome: 'identified' }
}

function because (outcome: Outcome, fault: Classified | undefined): Classified {
  const detail = fault?.detail ?? fault?.outcome

  return detail === undefined ? { outcome } : { outcome, detail }
}
