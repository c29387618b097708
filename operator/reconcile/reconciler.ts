import { isProbeError } from '../../core/errors.ts'
import { podMonitor } from '../model/monitor.ts'
import { disruptionBudget, serviceAccount } from '../model/namespace-objects.ts'
import { consumerName } from '../model/naming/names.ts'
import { networkPolicies } from '../model/network/policies.ts'
import { retentionObjects } from '../model/workloads.ts'
import { policyFor } from '../policy/cluster-policy.ts'
import { requireAllowed } from '../policy/refusals.ts'
import { keyOf } from '../runtime/kube-object.ts'
import { applyAll } from './apply/apply-step.ts'
import { recordedClaim } from './claims/claims.ts'
import { failed, good, off } from './conditions/conditions.ts'
import { ownUser } from './kafka/former-user.ts'
import { claimsStep } from './mounted/claims-step.ts'
import { hashKeyStep } from './mounted/hash-key.ts'
import { identityStep } from './mounted/identity-step.ts'
import { secretsStep } from './mounted/secrets-step.ts'
import { readProbe } from './observe/read-probe.ts'
import { imagesOf } from './observe/running-image.ts'
import { PAUSE, pausedFinding } from './paused.ts'
import { OtherOperators } from './status/other-operator.ts'
import { processFigures } from './status/process-figures.ts'
import { withProblems } from './status/process-findings.ts'
import { StatusWriter } from './status/status-writer.ts'
import { statusOf } from './status/status.ts'
import { addFinalizer, finalize, needsFinalizer } from './steps/finalizer.ts'
import { kafkaFinding, kafkaStep } from './steps/kafka-step.ts'
import { prune } from './steps/prune.ts'
import { Rollout } from './steps/rollout.ts'
import { checkTopicId } from './steps/topic-id.ts'
import { consumersStep, crawlersStep, prepareStep } from './steps/workload-steps.ts'
import type { KafkaAccess, ModelInput } from '../model/probe/cluster-probe.ts'
import type { Images } from '../model/probe/images.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { Result } from '../runtime/work-queue.ts'
import type { ReconcileDeps, Work } from './apply/context.ts'
import type { Condition, ConditionType, Finding } from './conditions/conditions.ts'
import type { Findings } from './status/status.ts'
import type { KafkaResult } from './steps/kafka-step.ts'

// What is on its way is looked at again soon, what runs once a minute for its figures.
const SOON_MS = 2_000
const RESYNC_MS = 60_000
const TURN_RECHECK_MS = 10_000

/** Brings the world of one PeerProbe to what it asks for, as far as it can be now, and says so in its status. */
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

    let work: Work

    try {
      const probe = readProbe(object)
      requireAllowed(probe, this.#deps.policy)
      work = { probe, object, planned: [], secrets: [], writes: 0 }
    } catch (err) {
      await this.#status.refuse(object, err, signal)
      return { terminal: err }
    }

    return await this.#reconcile(work, signal)
  }

  async #reconcile (work: Work, signal: AbortSignal): Promise<Result> {
    const findings: Findings = { conditions: {}, kafka: undefined, image: undefined, prepared: undefined, figures: { lag: undefined, scans: {}, problems: [] } }
    const { conditions } = findings
    const isPaused = work.object.metadata.annotations?.[PAUSE] === 'true'
    conditions.Paused = isPaused ? await pausedFinding(this.#deps, work, signal) : off('NotPaused')
    conditions.Suspended = work.probe.spec.suspend ? good('Suspended', 'crawlers and consumers are stopped; data stays') : off('NotSuspended')

    if (!isPaused) {
      await this.#steps(work, findings, signal)
    }

    this.#deps.lookout.note(keyOf(work.object.metadata), work.secrets)

    findings.figures = await processFigures(this.#deps, work, signal)
    findings.conditions = withProblems(conditions, findings.figures.problems, work.probe)
    const status = { ...statusOf(this.#deps, work, findings), operator: await this.#others.mark(work.object, signal) }
    const isWritten = await this.#status.write(work.object, status, signal)

    return { requeueAfterMs: isWritten ? this.#pauseAfter(work, findings) : SOON_MS }
  }

  // The table of contents: what comes later needs what comes before, and is left alone until that is there.
  async #steps (work: Work, findings: Findings, signal: AbortSignal): Promise<void> {
    const { conditions } = findings
    const made: { access?: KafkaAccess, input?: ModelInput } = {}
    const steps: [ConditionType, () => Promise<Finding>][] = [
      ['KafkaReady', async () => {
        findings.kafka = await this.#kafka(work, signal)
        made.access = findings.kafka.access
        return kafkaFinding(work, findings.kafka)
      }],
      ['DatabaseReady', async () => {
        made.input = await this.#inputOf(work, made.access, signal)
        findings.image = made.input.images.workload
        const prepared = await prepareStep(this.#deps, work, made.input, signal)
        await this.#deps.claims.hold(this.#deps, work, made.input.kafka.bootstrapServers, signal)
        findings.prepared = prepared
        return good('Prepared', 'the database has the schema of this version')
      }],
      ['ConsumersReady', async () => await consumersStep(this.#deps, work, needed(made.input), signal)],
      ['CrawlersReady', async () => await this.#crawlers(work, needed(made.input), signal)]
    ]

    for (const [type, step] of steps) {
      if (!await this.#step(conditions, type, work, step)) {
        return
      }
    }
  }

  async #kafka (work: Work, signal: AbortSignal): Promise<KafkaResult> {
    try {
      this.#deps.claims.refuse(this.#deps, work)

      if (needsFinalizer(work.object)) {
        await addFinalizer(this.#deps, work.object, signal)
      }

      const kafka = await kafkaStep(this.#deps, work, signal)
      checkTopicId(work.object, kafka)

      return kafka
    } catch (err) {
      await this.#withdrawRights(work, err, signal)
      throw err
    }
  }

  // Who was never prepared may have been given rights on what another one holds now, and nothing of his runs that needs them.
  async #withdrawRights (work: Work, err: unknown, signal: AbortSignal): Promise<void> {
    const user = isProbeError(err, 'PP_OWNERSHIP_CONFLICT') && recordedClaim(work.object) === undefined ? await ownUser(this.#deps, work.probe, signal) : undefined

    if (user !== undefined) {
      await this.#deps.applier.remove(user.kind, user.object, signal)
      work.writes++
    }
  }

  async #inputOf (work: Work, access: KafkaAccess | undefined, signal: AbortSignal): Promise<ModelInput> {
    const kafka = needed(access)
    await claimsStep(this.#deps, work.probe, signal)
    const hashOf = await hashKeyStep(this.#deps, work, () => this.#imagesOf(work).workload !== this.#deps.images.workload, signal)
    const { probe, secrets } = work
    const hashes = await secretsStep(this.#deps, { probe, secrets, hashOf }, kafka, signal)
    const secretHashes = { ...hashes, ...await identityStep(this.#deps, work, hashOf, signal) }
    const { resources } = policyFor(this.#deps.policy, probe.metadata.namespace)
    const input = { kafka, images: this.#imagesOf(work), secretHashes, resources, scrapers: this.#deps.scrapers }
    await applyAll(this.#deps, work, [serviceAccount(probe), ...networkPolicies(probe, input)], signal)

    return input
  }

  #imagesOf ({ object, probe: { metadata } }: Work): Images {
    const running = imagesOf(this.#deps.store('Deployment').get({ namespace: metadata.namespace, name: consumerName(metadata) }))

    return this.#rollout.imagesFor(keyOf(metadata), this.#deps.images, { running, isReady: isReady(object) })
  }

  // What waits for its turn in an upgrade is asked again.
  #pauseAfter ({ probe: { metadata } }: Work, { conditions, image }: Findings): number {
    const isCurrent = image === undefined || image === this.#deps.images.workload

    if (!isSettled(conditions)) {
      return conditions.Paused?.status === 'True' ? RESYNC_MS : SOON_MS
    }
    if (isCurrent) {
      this.#rollout.settled(keyOf(metadata))
    }

    return isCurrent ? RESYNC_MS : TURN_RECHECK_MS
  }

  // A new version of the messages must meet consumers that know it. What does not depend on them goes on.
  async #crawlers (work: Work, input: ModelInput, signal: AbortSignal): Promise<Finding> {
    const finding = await crawlersStep(this.#deps, work, input, signal)
    const monitors = podMonitor(work.probe, await this.#deps.monitoringVersion(signal))
    await applyAll(this.#deps, work, [...retentionObjects(work.probe, input), ...disruptionBudget(work.probe), ...monitors], signal)
    await prune(this.#deps, work, signal)

    return finding
  }

  async #step (conditions: Findings['conditions'], type: ConditionType, { object: { metadata } }: Work, step: () => Promise<Finding>): Promise<boolean> {
    try {
      conditions[type] = await step()
      return true
    } catch (err) {
      if (!isProbeError(err) || isProbeError(err, 'PP_LEADER_LOST')) {
        throw err
      }

      conditions[type] = failed(err)
      this.#deps.log.debug({ probe: `${metadata.namespace ?? ''}/${metadata.name}`, type, code: err.code, reason: err.message }, 'step not done')
      return false
    }
  }
}

function needed<T> (value: T | undefined): T {
  if (value === undefined) {
    throw new TypeError('a step ran before the one that it needs')
  }

  return value
}

function isReady ({ status }: KubeObject): boolean {
  return ((status ?? {}) as { conditions?: Condition[] }).conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true
}

function isSettled (conditions: Findings['conditions']): boolean {
  return conditions.CrawlersReady?.status === 'True' && conditions.ConsumersReady?.status === 'True'
}
