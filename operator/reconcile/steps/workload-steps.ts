import { defined } from '../../../core/defined.ts'
import { isErrorCode, ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../model/naming/kinds.ts'
import { selectorFor } from '../../model/naming/labels.ts'
import { consumerName, crawlerName } from '../../model/naming/names.ts'
import { applyAll, isOurs } from '../apply/apply-step.ts'
import { good, waiting } from '../conditions/conditions.ts'
import { canFollow, deploymentFinding } from '../conditions/deployment-finding.ts'
import { worstFailure } from '../conditions/pod-failure.ts'
import { statusField } from '../observe/strimzi-status.ts'
import type { Component } from '../../model/naming/labels.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'
import type { Finding } from '../conditions/conditions.ts'
import type { PodFailure } from '../conditions/pod-failure.ts'

interface JobCondition { type: string, status: string, lastTransitionTime?: string }

// A container that ended with a failure of which Kubernetes knows no more.
const FAILED = 'Error'

// A failed Job is created again after this time: the cause may be fixed by then.
const TRY_AGAIN_MS = 15_000

/**
 * Prepares database and topics once for the present spec, and returns the name of the Job that did
 * it.
 *
 * @param objects the Job and its configuration
 * @throws ProbeError while it waits, or when it failed
 */
export async function prepareStep (deps: ReconcileDeps, work: Work, objects: readonly Desired[], signal: AbortSignal): Promise<string> {
  const name = objects.find(({ kind }) => kind.kind === KINDS.job.kind)?.object.metadata.name ?? ''

  await removeSuperseded(deps, work, name, signal)

  // Already done: the Job may have expired and is not created again.
  if (statusField(work.object, 'prepared') === name) {
    return name
  }

  await applyAll(deps, work, objects, signal)
  const job = deps.store('Job').get({ namespace: work.probe.metadata.namespace, name })
  const conditions = (statusField(job, 'conditions') ?? []) as JobCondition[]

  if (conditions.some(({ type, status }) => type === 'Complete' && status === 'True')) {
    return name
  }

  const failure = conditions.find(({ type, status }) => type === 'Failed' && status === 'True')

  if (failure !== undefined && job !== undefined && deps.clock.now() - Date.parse(failure.lastTransitionTime ?? '') > TRY_AGAIN_MS) {
    await deps.applier.remove(KINDS.job, job, signal)
  }

  throw whyNotPrepared(name, failure !== undefined, worstFailure(podsOf(deps, work, 'prepare').filter(pod => isOf(pod, job))))
}

// Before the new Job is created: otherwise the old one would continue with outdated settings next to it.
async function removeSuperseded (deps: ReconcileDeps, work: Work, name: string, signal: AbortSignal): Promise<void> {
  const { metadata } = work.probe
  const jobs = deps.store('Job').labelled(metadata.name).filter(job => isOurs(job, work) && job.metadata.labels?.['app.kubernetes.io/component'] === 'prepare')

  for (const job of jobs.filter(({ metadata: { name: other, deletionTimestamp } }) => other !== name && deletionTimestamp === undefined)) {
    await deps.applier.remove(KINDS.job, job, signal)
  }
}

// An earlier Job may have had the same name or labels: only the uid shows which Job a pod belongs to.
function isOf ({ metadata: { ownerReferences = [] } }: KubeObject, job: KubeObject | undefined): boolean {
  return job !== undefined && ownerReferences.some(({ uid, controller }) => controller === true && uid === job.metadata.uid)
}

function whyNotPrepared (name: string, hasFailed: boolean, words: PodFailure | undefined): ProbeError {
  if (words !== undefined) {
    const message = `prepare job ${name}: ${words.reason}: ${words.message}`

    return isErrorCode(words.code) ? new ProbeError(words.code, message) : new ProbeError('PP_PREPARE_FAILED', message, defined({ details: words.reason === FAILED ? undefined : { found: words.reason } }))
  }

  return hasFailed ? new ProbeError('PP_PREPARE_FAILED', `prepare job ${name} failed`) : new ProbeError('PP_PREPARE_FAILED', `prepare job ${name} runs`, { details: { waiting: 'Progressing' } })
}

/** Applies the consumers. */
export async function consumersStep (deps: ReconcileDeps, work: Work, objects: readonly Desired[], signal: AbortSignal): Promise<Finding> {
  await applyAll(deps, work, objects, signal)

  return findingOf(deps, work, consumerName(work.probe.metadata), { component: 'consumer' })
}

/**
 * Applies the crawlers, one for each scan, once a consumer of the present plan is ready and no consumer of an earlier plan
 * is left. Until then existing crawlers stay unchanged.
 */
export async function crawlersStep (deps: ReconcileDeps, work: Work, objects: readonly Desired[], signal: AbortSignal): Promise<Finding> {
  const { metadata } = work.probe
  const consumers = deps.store('Deployment').get({ namespace: metadata.namespace, name: consumerName(metadata) })

  if (canFollow(consumers)) {
    await applyAll(deps, work, objects, signal)
    return crawlersFinding(deps, work)
  }

  const isAsPlanned = ({ kind: { kind }, object }: Desired): boolean => deps.applier.difference(object, deps.store(kind).get(object.metadata)) === undefined

  return objects.every(isAsPlanned) ? crawlersFinding(deps, work) : waiting('WaitingForConsumers', 'crawlers start and change once a consumer of the same plan runs')
}

/** The finding about the crawlers' Deployments: the first that is not ready. */
function crawlersFinding (deps: ReconcileDeps, work: Work): Finding {
  const { metadata, spec } = work.probe
  const findings = spec.scans.map(({ name: scan }) => findingOf(deps, work, crawlerName(metadata, scan), { component: 'crawler', scan }))
  const all = String(findings.length)

  const worst = findings.find(({ status }) => status === 'False') ?? findings.find(({ status }) => status !== 'True')

  return worst ?? good('Running', `${all} of ${all} crawlers run`)
}

/** Pods of one component of a PeerProbe, without those that are being deleted. */
export function podsOf (deps: ReconcileDeps, { probe: { metadata } }: Work, component: Component, scan?: string): KubeObject[] {
  const wanted = Object.entries(selectorFor(metadata, component, scan))

  return deps.store('Pod').labelled(metadata.name).filter(({ metadata: { namespace, deletionTimestamp, labels } }) =>
    namespace === metadata.namespace && deletionTimestamp === undefined && wanted.every(([key, value]) => labels?.[key] === value))
}

function findingOf (deps: ReconcileDeps, work: Work, name: string, { component, scan }: { component: 'consumer' | 'crawler', scan?: string }): Finding {
  const deployment = deps.store('Deployment').get({ namespace: work.probe.metadata.namespace, name })

  return deploymentFinding(`${component} ${name}`, deployment, podsOf(deps, work, component, scan))
}
