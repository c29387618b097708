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

/** A PeerProbe that claims, read and as the API server has it. */
export interface Claiming { probe: ClusterProbe, object: KubeObject }

/**
 * Who holds which topic, consumer group and database. A claim is checked and made in one turn of the event loop, so that of
 * two PeerProbes that are prepared at the same time one gets it; then it is written down, and only then used.
 */
export class ClaimRegistry {
  // Made, and perhaps not yet in the status that our cache has seen; by uid.
  readonly #made = new Map<string, Claim>()

  // What was logged last, by uid.
  readonly #logged = new Map<string, string>()

  // Each of a thousand PeerProbes looks at all others in every pass.
  readonly #known = new WeakMap<KubeObject, Claimant>()

  /** Refuses what another PeerProbe holds. @param servers of its Kafka, where they are known by now. @throws ProbeError `PP_OWNERSHIP_CONFLICT` */
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
   * Records that what a PeerProbe names was verified just now, before anything uses it, and returns the PeerProbe as it is then.
   *
   * @throws ProbeError `PP_OWNERSHIP_CONFLICT` where another one was first; `PP_KUBE_CONFLICT` where it changed meanwhile
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

  // Once, and not in every pass: conditions name nothing of another namespace, and somebody must be able to look it up.
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
