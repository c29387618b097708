import { isDeepStrictEqual } from 'node:util'
import { isProbeError, ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { statusField } from '../observe/strimzi-status.ts'
import { claimantOf, claimFor, recordedClaim } from './claims.ts'
import { refuseConflicts } from './conflicts.ts'
import type { Logger } from '../../../core/process/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { ClusterProbe } from '../../model/probe/cluster-probe.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ObjectStore } from '../../runtime/object-store.ts'
import type { Claim, Claimant } from './claims.ts'

export interface ClaimDeps {
  client: Pick<KubeClient, 'putStatus'>
  store: (kind: string) => Pick<ObjectStore, 'all'>
  clock: Pick<Clock, 'now'>
  log: Pick<Logger, 'warn'>
}

/** A PeerProbe that claims, parsed and as the API server returned it. */
export interface Claiming { probe: ClusterProbe, object: KubeObject }

/**
 * Which PeerProbe holds which topic, consumer group and database. A claim is checked and made in one turn of the event
 * loop, so if two PeerProbes are prepared at the same time only one gets it. The claim is then recorded in the status, and
 * used only after that.
 */
export class ClaimRegistry {
  // Claims that our cache of statuses may not show yet, by uid.
  readonly #made = new Map<string, Claim>()

  // The last logged conflict, by uid.
  readonly #logged = new Map<string, string>()

  // With a thousand PeerProbes, each is compared with all others in every pass.
  readonly #known = new WeakMap<KubeObject, Claimant>()

  /** Refuses what another PeerProbe holds. @param servers of its Kafka, if known. @throws ProbeError `PP_OWNERSHIP_CONFLICT` */
  refuse (deps: Pick<ClaimDeps, 'store' | 'log'>, work: Claiming, servers: readonly string[] = []): void {
    const { uid } = work.probe.metadata

    try {
      refuseConflicts(this.#claimantOf(work, servers), deps.store('PeerProbe').all().map(object => this.#other(object)))
      this.#logged.delete(uid)
    } catch (err) {
      this.#log(deps, work, err)
      throw err
    }
  }

  /**
   * Records, before anything uses them, that the topic, group and database of a PeerProbe were verified now. Returns the
   * updated PeerProbe.
   *
   * @throws ProbeError `PP_OWNERSHIP_CONFLICT` when another PeerProbe was first; `PP_KUBE_CONFLICT` when the PeerProbe
   *   changed meanwhile
   */
  async hold (deps: ClaimDeps, work: Claiming, servers: readonly string[], signal: AbortSignal): Promise<KubeObject> {
    this.refuse(deps, work, servers)
    const { uid } = work.probe.metadata
    const now = new Date(deps.clock.now()).toISOString()
    const claim = claimFor(this.#claimantOf(work, servers), this.#made.get(uid) ?? recordedClaim(work.object), now)

    if (isDeepStrictEqual(statusField(work.object, 'claim'), claim)) {
      this.#made.delete(uid)
      return work.object
    }

    this.#made.set(uid, claim)
    this.#forgetGone(deps)

    return await record(deps, work.object, claim, signal)
  }

  #claimantOf ({ probe, object }: Claiming, servers: readonly string[]): Claimant {
    return claimantOf({ ...object, spec: probe.spec }, this.#made.get(probe.metadata.uid) ?? recordedClaim(object), servers)
  }

  #other (object: KubeObject): Claimant {
    const made = this.#made.get(object.metadata.uid ?? '')
    const found = made === undefined ? this.#known.get(object) ?? claimantOf(object) : claimantOf(object, made)

    if (made === undefined) {
      this.#known.set(object, found)
    }

    return found
  }

  #forgetGone ({ store }: Pick<ClaimDeps, 'store'>): void {
    const there = new Set(store('PeerProbe').all().map(({ metadata }) => metadata.uid))

    for (const known of [this.#made, this.#logged]) {
      [...known.keys()].filter(uid => !there.has(uid)).forEach(uid => known.delete(uid))
    }
  }

  // Logged once, not in every pass. Conditions mention nothing of another namespace, so the log is where an administrator can look it up.
  #log (deps: Pick<ClaimDeps, 'store' | 'log'>, { probe: { metadata } }: Pick<Claiming, 'probe'>, err: unknown): void {
    const holder = isProbeError(err) ? err.details['holder'] : undefined

    if (!isProbeError(err) || typeof holder !== 'string' || this.#logged.get(metadata.uid) === `${holder} ${err.message}`) {
      return
    }

    deps.log.warn({ probe: `${metadata.namespace}/${metadata.name}`, holder, reason: err.message }, 'another PeerProbe holds what this one asks for')
    this.#logged.set(metadata.uid, `${holder} ${err.message}`)
    this.#forgetGone(deps)
  }
}

async function record ({ client }: Pick<ClaimDeps, 'client'>, object: KubeObject, claim: Claim, signal: AbortSignal): Promise<KubeObject> {
  try {
    return await client.putStatus(KINDS.peerProbe, { ...object, status: { ...object['status'] as object | undefined, claim } }, signal)
  } catch (err) {
    if (!isProbeError(err, 'PP_KUBE_CONFLICT')) {
      throw err
    }

    throw new ProbeError('PP_KUBE_CONFLICT', 'the PeerProbe changed meanwhile', { cause: err, details: { waiting: 'Progressing' } })
  }
}
