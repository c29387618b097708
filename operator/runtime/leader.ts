import { isProbeError, ProbeError } from '../../core/errors.ts'
import { isAbort } from '../../core/time/signals.ts'
import { sleep } from '../../core/time/sleep.ts'
import { pathOf } from './kube-object.ts'
import type { Logger } from '../../core/process/logger.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { KindRef, KubeObject, ObjectKey, OwnerReference } from './kube-object.ts'

/** The kind Lease. */
const LEASE: KindRef = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', namespaced: true }

export interface LeaderDeps {
  client: Pick<KubeClient, 'get' | 'json'>
  clock: Clock
  log: Logger
}

/** Settings of {@link Leader}; the times are those of client-go. */
export interface LeaderOptions {
  lease: Required<ObjectKey> & { namespace: string }

  /** Identity of this candidate, unique among all candidates. */
  identity: string

  /** An object of the lease's namespace that owns the lease: the lease is deleted with it. Without it the lease stays forever. */
  owner?: { kind: KindRef, name: string }

  /** @default 15000 */
  leaseMs?: number

  /** How long renewing may fail before leadership is given up. @default 10000 */
  renewMs?: number

  /** Time between two tries. @default 2000 */
  retryMs?: number
}

interface LeaseSpec { holderIdentity?: string, leaseDurationSeconds?: number, acquireTime?: string, renewTime?: string, leaseTransitions?: number }

/**
 * Elects one of several processes by a Lease (coordination.k8s.io). Clocks need not agree: a candidate takes over
 * when it has seen the lease unchanged for its whole duration, by its own monotonic clock.
 */
export class Leader {
  readonly #deps: LeaderDeps
  readonly #options: Required<Omit<LeaderOptions, 'owner'>> & Pick<LeaderOptions, 'owner'>
  #renewedMs = Number.NEGATIVE_INFINITY
  #seen: { version: string | undefined, atMs: number } | undefined
  #holder = ''
  #owners: OwnerReference[] | undefined

  constructor (deps: LeaderDeps, options: LeaderOptions) {
    this.#deps = deps
    this.#options = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000, ...options }
  }

  /** Whether this process leads. Check before each write. */
  get isLeader (): boolean {
    return this.#deps.clock.monotonic() - this.#renewedMs < this.#options.renewMs
  }

  /** The last known holder of the lease; empty if there is none. */
  get holder (): string {
    return this.#holder
  }

  /**
   * Waits for the lease, then runs `body` and renews the lease; releases it when `body` ends.
   *
   * @throws ProbeError `PP_LEADER_LOST` when the lease was lost, after aborting the signal of
   *   `body`
   */
  async lead (body: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let logged = ''; !await this.#try(signal);) {
      if (this.#holder !== logged) {
        logged = this.#holder
        this.#deps.log.info({ lease: this.#options.lease.name, holder: logged }, 'waiting for the lease')
      }
      await sleep(this.#deps.clock, this.#options.retryMs, signal)
    }

    this.#deps.log.info({ identity: this.#options.identity }, 'leading')
    const lost = new AbortController()
    const over = new AbortController()
    const renewing = this.#renew(lost, over.signal)

    try {
      await body(AbortSignal.any([signal, lost.signal]))
      lost.signal.throwIfAborted()
    } catch (err) {
      throw lost.signal.aborted ? lost.signal.reason : err
    } finally {
      over.abort()
      await renewing
      await this.#release()
    }
  }

  async #renew (lost: AbortController, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await sleep(this.#deps.clock, this.#options.retryMs, signal)

        if (!await this.#try(signal) && !this.isLeader) {
          lost.abort(new ProbeError('PP_LEADER_LOST', `the lease ${this.#options.lease.name} could not be renewed in ${String(this.#options.renewMs)} ms`))
          return
        }
      }
    } catch (err) {
      if (!isAbort(err)) {
        throw err
      }
    }
  }

  /** One attempt to take or renew the lease. A failed request counts as a failed attempt. */
  async #try (signal: AbortSignal): Promise<boolean> {
    const { client, clock, log } = this.#deps
    const startedMs = clock.monotonic()

    try {
      const lease = await client.get(LEASE, this.#options.lease, signal)
      this.#holder = specOf(lease).holderIdentity ?? ''

      if (!this.#mayTake(lease)) {
        this.#renewedMs = Number.NEGATIVE_INFINITY
        return false
      }

      await this.#write(lease, this.#options.identity, signal)
      // Counted from before the request: the other candidates count from when they see the renewal, which is later.
      this.#renewedMs = startedMs
      this.#holder = this.#options.identity

      return true
    } catch (err) {
      signal.throwIfAborted()
      log.debug({ err }, 'lease not taken')

      if (!isProbeError(err)) {
        throw err
      }
      return false
    }
  }

  #mayTake (lease: KubeObject | undefined): boolean {
    const { identity } = this.#options
    const { holderIdentity = '', leaseDurationSeconds = 0 } = specOf(lease)

    if (holderIdentity === '' || holderIdentity === identity) {
      return true
    }

    const version = lease?.metadata.resourceVersion
    const nowMs = this.#deps.clock.monotonic()

    if (this.#seen === undefined || this.#seen.version !== version) {
      this.#seen = { version, atMs: nowMs }
    }

    return nowMs - this.#seen.atMs >= leaseDurationSeconds * 1_000
  }

  async #write (lease: KubeObject | undefined, holderIdentity: string, signal: AbortSignal): Promise<void> {
    const { lease: { namespace, name }, leaseMs } = this.#options
    const { holderIdentity: before, acquireTime, leaseTransitions = 0 } = specOf(lease)
    const now = microTime(this.#deps.clock.now())
    const spec: LeaseSpec = {
      holderIdentity,
      leaseDurationSeconds: holderIdentity === '' ? 1 : leaseMs / 1_000,
      acquireTime: before === holderIdentity ? acquireTime ?? now : now,
      renewTime: now,
      leaseTransitions: leaseTransitions + Number(lease !== undefined && before !== holderIdentity && holderIdentity !== '')
    }

    const ownerReferences = await this.#ownersOf(lease, signal)
    await this.#deps.client.json(lease === undefined
      ? { method: 'POST', path: pathOf(LEASE, { namespace }), body: { apiVersion: LEASE.apiVersion, kind: LEASE.kind, metadata: { namespace, name, ownerReferences }, spec } }
      : { method: 'PUT', path: pathOf(LEASE, { namespace, name }), body: { ...lease, metadata: { ...lease.metadata, ownerReferences }, spec } }, signal)
  }

  // In addition to the owner references of others who share the lease: it is deleted with the last of them.
  async #ownersOf (lease: KubeObject | undefined, signal: AbortSignal): Promise<OwnerReference[]> {
    const before = lease?.metadata.ownerReferences ?? []
    this.#owners ??= await this.#readOwner(signal)

    return [...before, ...this.#owners.filter(({ uid }) => before.every(other => other.uid !== uid))]
  }

  async #readOwner (signal: AbortSignal): Promise<OwnerReference[]> {
    const { owner, lease: { namespace } } = this.#options
    const uid = owner === undefined ? undefined : (await this.#deps.client.get(owner.kind, { namespace, name: owner.name }, signal))?.metadata.uid

    return owner === undefined || uid === undefined ? [] : [{ apiVersion: owner.kind.apiVersion, kind: owner.kind.kind, name: owner.name, uid }]
  }

  // The next holder need not wait for the lease to expire.
  async #release (): Promise<void> {
    this.#renewedMs = Number.NEGATIVE_INFINITY
    const signal = AbortSignal.timeout(this.#options.retryMs)

    try {
      const lease = await this.#deps.client.get(LEASE, this.#options.lease, signal)

      if (specOf(lease).holderIdentity === this.#options.identity) {
        await this.#write(lease, '', signal)
      }
    } catch (err) {
      this.#deps.log.warn({ err }, 'lease not released: it will expire')
    }
  }
}

function specOf (lease: KubeObject | undefined): LeaseSpec {
  return (lease?.['spec'] ?? {})
}

// The API requires six digits after the second.
function microTime (ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
