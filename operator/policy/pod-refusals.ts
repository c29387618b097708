import { quantityOf } from '../model/probe/quantity.ts'
import { affinityRefusals } from './affinity-refusals.ts'
import { isCovered } from './key-patterns.ts'
import { keyRefusals } from './refusal.ts'
import type { ClusterProbe } from '../model/probe/cluster-probe.ts'
import type { Amounts } from '../model/probe/pod-resources.ts'
import type { NamespacePolicy } from './cluster-policy.ts'
import type { Refusal } from './refusal.ts'

type PodSettings = ClusterProbe['spec']['consumer']['pod'] & { hostNetwork?: boolean }

// Taints of the cluster itself: of its control plane, and of nodes that are full, cordoned or gone.
const CLUSTER_TAINTS = ['node-role.kubernetes.io/', 'node.kubernetes.io/', 'node.cloudprovider.kubernetes.io/', 'ToBeDeletedByClusterAutoscaler', 'DeletionCandidateOfClusterAutoscaler', 'node.cilium.io/']

// Resources of every container. Other resources are devices or reserved memory pages, which are
// scarce and set aside for particular workloads.
const COMMON = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** What the pods of a PeerProbe ask for beyond what is allowed. */
export function podRefusals ({ metadata, spec }: ClusterProbe, policy: NamespacePolicy): Refusal[] {
  const crawlers = spec.scans.map(({ pod }, i): [string, PodSettings] => [`spec.scans[${String(i)}].pod`, pod])
  const pods: [string, PodSettings][] = [['spec.consumer.pod', spec.consumer.pod], ...crawlers]

  return pods.flatMap(([field, pod]) => [
    ...pod.hostNetwork === true && !policy.hostNetwork
      ? [{ field: `${field}.hostNetwork`, why: 'the pod would share its node\'s network, where no network policy applies', setting: 'hostNetwork: true' }]
      : [],
    ...keyRefusals(`${field}.annotations`, pod.annotations, { patterns: policy.podAnnotations, setting: 'podAnnotations', what: 'annotation' }),
    ...keyRefusals(`${field}.nodeSelector`, pod.nodeSelector, { patterns: policy.nodeLabels, setting: 'nodeLabels', what: 'label of nodes' }),
    ...tolerationRefusals(`${field}.tolerations`, pod.tolerations ?? [], policy),
    ...affinityRefusals(`${field}.affinity`, pod.affinity, { probe: metadata.name, policy }),
    ...(['requests', 'limits'] as const).flatMap(side => resourceRefusals(`${field}.resources.${side}`, side, { amounts: pod.resources?.[side] ?? {}, max: policy.resources.max }))
  ])
}

function tolerationRefusals (field: string, tolerations: readonly { key?: string | undefined }[], policy: NamespacePolicy): Refusal[] {
  return tolerations.flatMap(({ key = '' }, i): Refusal[] => {
    const at = `${field}[${String(i)}]`

    if (key === '') {
      return policy.blanketTolerations ? [] : [{ field: `${at}.key`, why: 'without a key the pod would tolerate all taints, including those of the control plane', setting: 'blanketTolerations: true' }]
    }

    return mayTolerate(key, policy.tolerations)
      ? []
      : [{ field: `${at}.key`, why: `the taint ${JSON.stringify(key)} reserves nodes for other workloads`, setting: `tolerations: [${JSON.stringify(key)}]` }]
  })
}

// A pattern shorter than the prefix of the cluster's own taints is not taken to include them.
function mayTolerate (key: string, patterns: readonly string[]): boolean {
  const prefix = CLUSTER_TAINTS.find(taint => key.startsWith(taint)) ?? ''

  return isCovered(patterns.filter(pattern => pattern.startsWith(prefix)), key)
}

function resourceRefusals (field: string, side: 'requests' | 'limits', { amounts, max }: { amounts: Amounts, max: Amounts }): Refusal[] {
  return Object.entries(amounts).flatMap(([name, amount]): Refusal[] => {
    const bound = Object.hasOwn(max, name) ? max[name] : undefined
    const at = `${field}[${JSON.stringify(name)}]`

    if (bound === undefined) {
      return COMMON.has(name) ? [] : [{ field: at, why: 'this resource is not allowed', setting: `resources.max[${JSON.stringify(name)}]` }]
    }

    // To Kubernetes a limit of zero means no limit.
    const isUnlimited = side === 'limits' && quantityOf(amount) === 0
    const why = `${isUnlimited ? '0 means no limit, which' : String(amount)} is more than ${String(bound)}`

    return isUnlimited || quantityOf(amount) > quantityOf(bound) ? [{ field: at, why, setting: `resources.max[${JSON.stringify(name)}]` }] : []
  })
}
