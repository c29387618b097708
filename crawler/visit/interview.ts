import { defined } from '../../core/defined.ts'
import { raceAbort } from '../../core/time/race-abort.ts'
import { queryPeer } from '../dht/query-peer.ts'
import { decodeIdentify } from '../identify/identify-message.ts'
import { readIdentify } from '../identify/read-identify.ts'
import { classify } from '../peer/classify.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { peerFault } from '../peer/peer-fault.ts'
import { measureAgain } from './measure-again.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KadProtocols } from '../dht/kad-protocol.ts'
import type { TableAnswer } from '../dht/read-routing-table.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { Latency } from '../dial/latency.ts'
import type { Session } from '../dial/session.ts'
import type { Identity } from '../identify/identity.ts'
import type { Classified } from '../peer/classify.ts'

export interface InterviewDeps extends InterviewOptions {
  clock: Clock
  protocols: KadProtocols
}

/** Time limits of the requests. */
export interface InterviewOptions {
  /** Limit of identify, in milliseconds. */
  identifyTimeoutMs: number

  /** Limit of each DHT answer, in milliseconds. */
  requestTimeoutMs: number
}

/** What a connected peer answered. */
export interface Interview extends Classified {
  identity?: Identity
  table: TableAnswer
  latency?: Latency

  /** DHT protocols that it lists, if it serves none of the network's. */
  otherProtocols?: readonly string[]
}

/** Runs identify and the DHT queries with a connected peer, in parallel. Never rejects because of the remote. */
export async function interview (session: Session, target: VisitTarget, deps: InterviewDeps, signal: AbortSignal): Promise<Interview> {
  const { protocols } = deps
  const identifying = identify(session, target, deps, signal)
  const listed = identifying.then(({ identity }) => identity?.protocols)
  const [identified, table] = await Promise.all([identifying, queryPeer(session, target, { ...deps, listed }, signal)])
  await measureAgain(session, deps.clock, signal)
  const { latency } = session
  const judged = judge(identified, table, protocols.among(identified.identity?.protocols ?? [], target.isBootstrap))
  const others = judged.outcome === 'identified' ? protocols.othersAmong(identified.identity?.protocols ?? []) : []

  return {
    ...judged,
    ...defined({
      identity: identified.identity,
      latency,
      otherProtocols: others.length > 0 ? others : undefined
    }),
    table
  }
}

interface Identified { identity?: Identity, fault?: Classified }

async function identify (session: Session, { id }: VisitTarget, { clock, identifyTimeoutMs }: InterviewDeps, signal: AbortSignal): Promise<Identified> {
  using deadline = new PeerDeadline(clock, identifyTimeoutMs, signal)

  try {
    using stream = await raceAbort(session.openIdentify(deadline.signal), deadline.signal, (late) => {
      late[Symbol.dispose]()
    })
    const identity = decodeIdentify(await readIdentify(stream, clock, deadline.signal), id, session.remoteKey)

    return identity === undefined ? { fault: classify(peerFault('protocol-error', 'identify is empty or malformed')) } : { identity }
  } catch (err) {
    return { fault: classify(err) }
  }
}

function judge ({ identity, fault }: Identified, table: TableAnswer, served: readonly string[]): Classified {
  if (identity === undefined) {
    return unidentified(fault)
  }
  if (table.answered > 0) {
    return { outcome: 'ok' }
  }

  return table.protocol !== undefined || served.length > 0 ? because('rpc-failed', table.fault) : { outcome: 'identified' }
}

/** A remote without a common muxer shows this only when streams are opened on the secured connection. */
function unidentified (fault: Classified | undefined): Classified {
  switch (fault?.outcome) {
    case 'no-muxer': return fault
    case 'reset':
    case 'aborted': return because('connected', fault)
    default: return because('identify-failed', fault)
  }
}

function because (outcome: Outcome, fault: Classified | undefined): Classified {
  const detail = fault?.detail ?? fault?.outcome

  return detail === undefined ? { outcome } : { outcome, detail }
}
