import { isProbeError } from '../../core/errors.ts'
import { consumerName } from '../model/naming/names.ts'
import { requireAllowed } from '../policy/refusals.ts'
import { keyOf } from '../runtime/kube-object.ts'
import { applyAll } from './apply/apply-step.ts'
import { SecretReader } from './apply/secret-reader.ts'
import { recordedClaim } from './claims/claims.ts'
import { failed, good, off } from './conditions/conditions.ts'
import { ownUser } from './kafka/former-user.ts'
import { readProbe, requireBackupImage } from './observe/read-probe.ts'
import { imagesOf } from './observe/running-image.ts'
import { PAUSE, pausedFinding } from './paused.ts'
import { objectsOf } from './plan/plan.ts'
import { isAwaited, warnOfRequests } from './status/crawl-now-status.ts'
import { OtherOperators } from './status/other-operator.ts'
import { processFigures } from './status/process-figures.ts'
import { withProblems } from './status/process-findings.ts'
import { StatusWriter } from './status/status-writer.ts'
import { statusOf } from './status/status.ts'
import { addFinalizer, finalize, needsFinalizer } from './steps/finalizer.ts'
import { kafkaFinding, kafkaStep } from './steps/kafka-step.ts'
import { planStep } from './steps/plan-step.ts'
import { prune } from './steps/prune.ts'
import { Rollout } from './steps/rollout.ts'
import { checkTopicId } from './steps/topic-id.ts'
import { consumersStep, crawlersStep, prepareStep } from './steps/workload-steps.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { Images } from '../model/probe/images.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { Result } from '../runtime/work-queue.ts'
import type { ReconcileDeps, Work } from './apply/context.ts'
import type { Condition, ConditionType, Finding, Findings as Conditions } from './conditions/conditions.ts'
import type { Plan } from './plan/plan.ts'
import type { KafkaResult } from './steps/kafka-step.ts'
import type { PrunePlan } from './steps/prune.ts'

// A PeerProbe in progress is checked again soon; a running one every 20 s, since its processes are asked only then
// what keeps them from working: its conditions name a cause within 30 s.
const SOON_MS = 2_000
const RESYNC_MS = 20_000
const CRAWL_NOW_RECHECK_MS = 5_000
const TURN_RECHECK_MS = 10_000

/** The finding of a step, and the value that the next step needs. */
interface Stepped<T> { finding: Finding, value: T }

/** The result of a step: undefined if an earlier step waits or failed, without a value if the step itself does. */
interface Outcome<T> { condition?: Conditions, value?: T }

/** The plan, its preparation, and what the PeerProbe holds since. */
interface Prepared {
  plan: Plan
  images: Images

  /** Name of the Job. */
  prepared: string

  object: KubeObject
  pruned: PrunePlan
}

/** The findings of all steps that ran. */
interface Found { conditions: Conditions, kafka?: KafkaResult | undefined, database?: Prepared | undefined }

/** Brings the objects of one PeerProbe to their desired state, as far as possible now, and reports the result in its status. */
export class Reconciler {
  readonly #deps: ReconcileDeps
  readonly #rollout: Rollout
  readonly #status: StatusWriter
  readonly #others: OtherOperators

  constructor (deps: ReconcileDeps) {
    this.#deps = deps
    this.#rollout = new Rollout(deps.clock)
    this.#status = new StatusWriter(deps)
    this.#others = new OtherOperators(deps)
  }

  /** Reconciles the PeerProbe with a key of the form namespace/name. */
  async reconcile (key: string, signal: AbortSignal): Promise<Result> {
    const [namespace = '', name = ''] = key.split('/')
    const object = this.#deps.store('PeerProbe').get({ namespace, name })

    if (object === undefined) {
      this.#deps.lookout.note(key, [])
      this.#others.forget(key)
      return { done: true }
    }
    if (object.metadata.deletionTimestamp !== undefined) {
      this.#deps.lookout.note(key, [])
      await finalize(this.#deps, object, signal)
      return { done: true }
    }

    let probe: ClusterProbe

    try {
      probe = readProbe(object)
      requireAllowed(probe, this.#deps.policy)
      requireBackupImage(probe, this.#deps.images)
    } catch (err) {
      await this.#status.refuse(object, err, signal)
      return { terminal: err }
    }

    return await this.#reconcile({ probe, object }, signal)
  }

  async #reconcile (work: Work, signal: AbortSignal): Promise<Result> {
    const { probe, object } = work
    const secrets = new SecretReader(this.#deps.client)
    const isPaused = object.metadata.annotations?.[PAUSE] === 'true'
    const Paused = isPaused ? await pausedFinding(this.#deps, work, signal) : off('NotPaused')
    const Suspended = probe.spec.suspend ? good('Suspended', 'crawlers and consumers are stopped; data stays') : off('NotSuspended')
    const found: Found = isPaused ? { conditions: {} } : await this.#steps(work, secrets, signal)
    const conditions = { Paused, Suspended, ...found.conditions }

    this.#deps.lookout.note(keyOf(object.metadata), secrets.seen)

    return await this.#report({ probe, object: found.database?.object ?? object }, { ...found, conditions }, signal)
  }

  // The table of contents: each step takes the findings of the steps before it, and no step runs after one that waits or fails.
  async #steps (work: Work, secrets: SecretReader, signal: AbortSignal): Promise<Found> {
    const kafka = await this.#step(work, 'KafkaReady', work, async () => await this.#kafka(work, secrets, signal))
    const database = await this.#step(work, 'DatabaseReady', kafka.value, async value => await this.#database(work, secrets, value, signal))
    const consumers = await this.#step(work, 'ConsumersReady', database.value, async value => await this.#consumers(work, value, signal))
    const crawlers = await this.#step(work, 'CrawlersReady', consumers.value, async value => await this.#crawlers(work, value, signal))
    const conditions = { ...kafka.condition, ...database.condition, ...consumers.condition, ...crawlers.condition }

    return { conditions, kafka: kafka.value, database: database.value }
  }

  async #kafka (work: Work, secrets: SecretReader, signal: AbortSignal): Promise<Stepped<KafkaResult>> {
    try {
      this.#deps.claims.refuse(this.#deps, work)

      if (needsFinalizer(work.object)) {
        await addFinalizer(this.#deps, work.object, signal)
      }

      const value = await kafkaStep(this.#deps, work, secrets, signal)
      checkTopicId(work.object, value)

      return { finding: kafkaFinding(work, value), value }
    } catch (err) {
      await this.#withdrawRights(work, err, signal)
      throw err
    }
  }

  // What was verified is claimed here, before anything uses it.
  async #database (work: Work, secrets: SecretReader, kafka: KafkaResult, signal: AbortSignal): Promise<Stepped<Prepared>> {
    const { probe } = work
    const { plan, images } = await planStep(this.#deps, { probe, secrets }, { kafka, imagesOf: () => this.#imagesOf(work) }, signal)
    await applyAll(this.#deps, work, plan.base, signal)
    const prepared = await prepareStep(this.#deps, work, plan.prepare, signal)
    const object = await this.#deps.claims.hold(this.#deps, work, kafka.access.bootstrapServers, signal)
    const pruned = { planned: objectsOf(plan), afterRoll: kafka.afterRoll }

    return { finding: good('Prepared', 'the database has the schema of this version'), value: { plan, images, prepared, object, pruned } }
  }

  async #consumers (work: Work, value: Prepared, signal: AbortSignal): Promise<Stepped<Prepared>> {
    return { finding: await consumersStep(this.#deps, work, value.plan.consumers, signal), value }
  }

  // A new version of the messages needs consumers that understand it. Steps that do not depend on consumers go on.
  async #crawlers (work: Work, value: Prepared, signal: AbortSignal): Promise<Stepped<Prepared>> {
    const { plan, pruned } = value
    const finding = await crawlersStep(this.#deps, work, plan.crawlers, signal)
    await applyAll(this.#deps, work, plan.upkeep, signal)
    await prune(this.#deps, work, pruned, signal)

    return { finding, value }
  }

  async #report (work: Work, { conditions, kafka, database }: Found, signal: AbortSignal): Promise<Result> {
    const figures = await processFigures(this.#deps, work, signal)
    const all = withProblems(conditions, figures.problems, work.probe)
    const status = {
      ...statusOf(this.#deps, work, { conditions: all, kafka, prepared: database?.prepared, figures }),
      operator: await this.#others.mark(work.object, signal)
    }
    const isWritten = await this.#status.write(work.object, status, signal)
    await warnOfRequests(this.#deps, work, signal)
    const pauseMs = isWritten ? this.#pauseAfter(work, all, database?.images.workload) : SOON_MS
    const now = this.#deps.clock.now()

    return { requeueAfterMs: status.scans?.some(({ crawlNow }) => isAwaited(crawlNow, now)) === true ? Math.min(pauseMs, CRAWL_NOW_RECHECK_MS) : pauseMs }
  }

  // A PeerProbe that was never prepared may have rights on a topic or group that another one holds now, and none of its pods needs them.
  async #withdrawRights (work: Work, err: unknown, signal: AbortSignal): Promise<void> {
    const user = isProbeError(err, 'PP_OWNERSHIP_CONFLICT') && recordedClaim(work.object) === undefined ? await ownUser(this.#deps, work.probe, signal) : undefined

    if (user !== undefined) {
      await this.#deps.applier.remove(user.kind, user.object, signal)
    }
  }

  #imagesOf ({ object, probe: { metadata } }: Work): Images {
    const running = imagesOf(this.#deps.store('Deployment').get({ namespace: metadata.namespace, name: consumerName(metadata) }))

    return this.#rollout.imagesFor(keyOf(metadata), this.#deps.images, { running, isReady: isReady(object) })
  }

  // A PeerProbe that waits for its turn in an upgrade is checked again.
  #pauseAfter ({ probe: { metadata } }: Work, conditions: Conditions, image: string | undefined): number {
    const isCurrent = image === undefined || image === this.#deps.images.workload

    if (!isSettled(conditions)) {
      return conditions.Paused?.status === 'True' ? RESYNC_MS : SOON_MS
    }
    if (isCurrent) {
      this.#rollout.settled(keyOf(metadata))
    }

    return isCurrent ? RESYNC_MS : TURN_RECHECK_MS
  }

  async #step<From, To> (work: Work, type: ConditionType, from: From | undefined, step: (from: From) => Promise<Stepped<To>>): Promise<Outcome<To>> {
    if (from === undefined) {
      return {}
    }

    try {
      const { finding, value } = await step(from)
      return { condition: { [type]: finding }, value }
    } catch (err) {
      if (!isProbeError(err) || isProbeError(err, 'PP_LEADER_LOST')) {
        throw err
      }

      const { namespace, name } = work.probe.metadata
      this.#deps.log.debug({ probe: `${namespace}/${name}`, type, code: err.code, reason: err.message }, 'step not done')
      return { condition: { [type]: failed(err) } }
    }
  }
}

function isReady ({ status }: KubeObject): boolean {
  return ((status ?? {}) as { conditions?: Condition[] }).conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
}

function isSettled (conditions: Conditions): boolean {
  return conditions.CrawlersReady?.status === 'True' && conditions.ConsumersReady?.status === 'True'
}
