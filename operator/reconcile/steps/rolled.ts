import { KINDS } from '../../model/naming/kinds.ts'
import { CONFIG_HASH } from '../../model/pod/pod.ts'
import { deploymentFinding, templateHash } from '../conditions/deployment-finding.ts'
import type { Desired } from '../../model/probe/owned.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { ReconcileDeps, Work } from '../apply/context.ts'

const LONG_LIVED = new Set(['consumer', 'crawler'])
const OVER = new Set(['Succeeded', 'Failed'])

/**
 * Whether all crawlers and consumers run the plan and every pod of an earlier plan is gone. A terminating pod still
 * counts: it publishes and commits what it has, for which it needs the user and the rights of its own plan.
 */
export function isRolled (deps: Pick<ReconcileDeps, 'store'>, { probe: { metadata }, planned }: Pick<Work, 'probe'> & { planned: readonly Desired[] }): boolean {
  const { kind } = KINDS.deployment
  const deployments = planned.filter(desired => desired.kind.kind === kind).map(({ object }) => deps.store(kind).get(object.metadata))
  const current = new Set(deployments.map(templateHash))

  return deployments.every(deployment => deploymentFinding('', deployment, []).status === 'True')
    && deps.store('Pod').labelled(metadata.name).every(pod => pod.metadata.namespace !== metadata.namespace || !mayWork(pod) || current.has(pod.metadata.annotations?.[CONFIG_HASH]))
}

// An evicted pod remains as an object but no longer runs.
function mayWork ({ metadata: { labels = {} }, status }: KubeObject): boolean {
  const { phase = '' } = (status ?? {}) as { phase?: string }

  return LONG_LIVED.has(labels['app.kubernetes.io/component'] ?? '') && !OVER.has(phase)
}
