// The schema accepts any affinity, so its fields are checked here
// (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#scheduling). Affinity to other pods reveals whether
// such pods exist, and anti-affinity can keep them from being scheduled: a term may select only the PeerProbe's own pods.
import { isRecord } from '../api/rules.ts'
import { PROBE_LABEL } from '../model/naming/labels.ts'
import { isCovered } from './key-patterns.ts'
import type { NamespacePolicy } from './cluster-policy.ts'
import type { Refusal } from './refusal.ts'

interface Reader { probe: string, policy: NamespacePolicy }

const NODE = 'nodeAffinity'
const PODS = ['podAffinity', 'podAntiAffinity']

/** What an affinity asks for beyond what is allowed. */
export function affinityRefusals (field: string, affinity: Readonly<Record<string, unknown>> | undefined, { probe, policy }: Reader): Refusal[] {
  return Object.entries(affinity ?? {}).flatMap(([kind, value]): Refusal[] => {
    const at = `${field}.${kind}`

    if (kind === NODE) {
      return nodeRefusals(at, value, policy)
    }
    // A kind from a later Kubernetes, or a typo.
    return PODS.includes(kind) ? podTermRefusals(at, value, { probe, policy }) : [{ field: at, why: 'this kind of affinity is not known', setting: 'podAffinity: true' }].filter(() => !policy.podAffinity)
  })
}

function nodeRefusals (field: string, value: unknown, { nodeLabels }: NamespacePolicy): Refusal[] {
  return found(field, value, ({ key }) => typeof key === 'string' && !isCovered(nodeLabels, key)).map(({ at, node }) => (
    { field: `${at}.key`, why: `the label of nodes ${JSON.stringify(node['key'])} is not allowed`, setting: `nodeLabels: [${JSON.stringify(node['key'])}]` }
  ))
}

function podTermRefusals (field: string, value: unknown, { probe, policy }: Reader): Refusal[] {
  if (policy.podAffinity) {
    return []
  }

  const topologies = found(field, value, ({ topologyKey }) => typeof topologyKey === 'string' && !isCovered(policy.nodeLabels, topologyKey)).map(({ at, node }) => (
    { field: `${at}.topologyKey`, why: `the label of nodes ${JSON.stringify(node['topologyKey'])} is not allowed`, setting: `nodeLabels: [${JSON.stringify(node['topologyKey'])}]` }
  ))
  const others = found(field, value, node => 'topologyKey' in node && !isOfOwn(node, probe)).map(({ at }) => (
    { field: at, why: `only pods of this PeerProbe may be selected here: labelSelector.matchLabels ${PROBE_LABEL}: ${probe}, without namespaces and namespaceSelector`, setting: 'podAffinity: true' }
  ))

  return [...topologies, ...others]
}

function isOfOwn ({ labelSelector, namespaces, namespaceSelector }: Record<string, unknown>, probe: string): boolean {
  const labels = isRecord(labelSelector) && isRecord(labelSelector['matchLabels']) ? labelSelector['matchLabels'] : {}

  return labels[PROBE_LABEL] === probe && namespaces === undefined && namespaceSelector === undefined
}

// Every nested object is checked, even in places that Kubernetes ignores. The API server bounds the nesting of a request.
function found (at: string, value: unknown, wanted: (node: Record<string, unknown>) => boolean): { at: string, node: Record<string, unknown> }[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => found(`${at}[${String(i)}]`, item, wanted))
  }
  if (!isRecord(value)) {
    return []
  }

  return [...wanted(value) ? [{ at, node: value }] : [], ...Object.entries(value).flatMap(([key, inner]) => found(`${at}.${key}`, inner, wanted))]
}
