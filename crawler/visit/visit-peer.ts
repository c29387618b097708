import { furthestOutcome } from '../../core/contracts/outcome.ts'
import { defined } from '../../core/defined.ts'
import { dialableAddresses } from '../dial/dialable.ts'
import { dialFirst } from '../dial/happy-eyeballs.ts'
import { bestOf, rankAddresses } from '../dial/rank.ts'
import { triedLast } from '../dial/tried-last.ts'
import { classify } from '../peer/classify.ts'
import { PeerDeadline } from '../peer/peer-deadline.ts'
import { interview } from './interview.ts'
import { visitResult } from './visit-result.ts'
import type { Outcome } from '../../core/contracts/outcome.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { AddressPolicy } from '../address/address-policy.ts'
import type { KadProtocols } from '../dht/kad-protocol.ts'
import type { VisitTarget } from '../dht/visit-target.ts'
import type { DialBudget, DialPermit } from '../dial/dial-budget.ts'
import type { DialLimits } from '../dial/dial-limits.ts'
import type { DnsResolver } from '../dial/dns/dns-resolver.ts'
import type { Attempt, EyeballsOptions, RaceResult } from '../dial/happy-eyeballs.ts'
import type { DialAttempt, Dialler, Session } from '../dial/session.ts'
import type { Classified } from '../peer/classify.ts'
import type { Interview, InterviewOptions } from './interview.ts'
import type { VisitFindings } from './visit-result.ts'
import type { VisitResult } from './visitor.ts'

export interface VisitDeps {
  dialler: Dialler
  policy: AddressPolicy
  limits: DialLimits

  /** Bounds the dials to addresses where no peer is found. @default no bounds */
  budget?: DialBudget

  dns: DnsResolver
  protocols: KadProtocols
  clock: Clock
}

/** Limits of a visit. */
export interface VisitOptions extends EyeballsOptions, InterviewOptions {
  /** Limit of the whole visit, in milliseconds. */
  visitTimeoutMs: number
}

/** Visits one peer: dials its addresses, then runs identify and the DHT queries. The same for every client. */
export async function visitPeer (target: VisitTarget, deps: VisitDeps, options: VisitOptions, signal: AbortSignal): Promise<VisitResult> {
  const { clock, dialler } = deps
  const startedAtMs = clock.now()
  const started = clock.monotonic()
  using deadline = new PeerDeadline(clock, options.visitTimeoutMs, signal)
  const findings = await find(target, deps, options, deadline.signal)

  return visitResult({ lane: dialler.lane, startedAtMs, durationMs: clock.monotonic() - started }, findings)
}

async function find (target: VisitTarget, deps: VisitDeps, options: VisitOptions, signal: AbortSignal): Promise<VisitFindings> {
  const { budget, clock, dialler, dns, limits, policy } = deps

  try {
    const dialable = await dialableAddresses(target, { policy, dns, supports: address => dialler.supports(address) }, signal)

    if ('outcome' in dialable) {
      return { outcome: dialable.outcome }
    }

    const dial = async (address: Attempt['address'], dialSignal: AbortSignal): Promise<Session> => await dialler.dial(address, target.id, dialSignal)
    const admit = budget === undefined ? undefined : async (address: Attempt['address'], dialSignal: AbortSignal): Promise<DialPermit> => await budget.admit(address, target.id, dialSignal)
    const ranked = triedLast(rankAddresses(dialable.addresses), target.tried)
    const race = await dialFirst(bestOf(ranked), { clock, limits, dial, ...defined({ admit }) }, options, signal)

    if (race.winner === undefined) {
      return failure(race.failed, signal)
    }

    using session = race.winner.value

    return success(race, await interview(session, target, { ...deps, ...options }, signal), session)
  } catch (err) {
    return ifAborted(err, signal)
  }
}

/** Before the dials only name lookups may be aborted. Any other error there is a bug in the crawler. */
function ifAborted (err: unknown, signal: AbortSignal): Classified {
  if (!signal.aborted) {
    throw err
  }

  return classify(signal.reason)
}

function failure (failed: readonly Attempt[], signal: AbortSignal): VisitFindings {
  const attempts = failed.map(attempt => toDialAttempt(attempt, attempt.outcome))

  if (failed.length === 0) {
    return { ...classify(signal.reason), attempts }
  }

  const outcome = furthestOutcome(attempts.map(attempt => attempt.outcome))

  return { outcome, detail: failed.find(attempt => attempt.outcome === outcome)?.detail, attempts }
}

function success ({ winner, failed }: RaceResult<Session>, met: Interview, session: Session): VisitFindings {
  return {
    ...met,
    attempts: [...failed.map(attempt => toDialAttempt(attempt, attempt.outcome)), ...(winner === undefined ? [] : [toDialAttempt(winner, met.outcome)])],
    connection: winner === undefined ? undefined : { ...session.connection, address: winner.address.bytes },
    routingTable: met.table.table
  }
}

function toDialAttempt ({ address, durationMs }: { address: { bytes: Uint8Array }, durationMs: number }, outcome: Outcome): DialAttempt {
  return { address: address.bytes, outcome, durationMs }
}
