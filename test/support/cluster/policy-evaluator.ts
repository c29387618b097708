import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

type Labels = Record<string, string>
interface Selector { matchLabels?: Labels, matchExpressions?: { key: string, operator: string, values?: string[] }[] }
interface Peer { namespaceSelector?: Selector, podSelector?: Selector, ipBlock?: object }
interface Rule { from?: Peer[], to?: Peer[], ports?: { port?: number, protocol?: string }[] }
interface PolicySpec { podSelector: Selector, policyTypes: string[], ingress?: Rule[], egress?: Rule[] }

/** A pod that connects: its labels and those of its namespace. */
export interface Neighbour { namespace: Labels, pod: Labels }

/** Labels of all pods that Deployments, Jobs and CronJobs among these objects create. */
export function labelsOfPods (objects: readonly KubeObject[]): Labels[] {
  return objects.flatMap(object => templatesIn(object['spec']))
}

/** Whether a NetworkPolicy selects pods with these labels. */
export function selects (policy: KubeObject, labels: Labels): boolean {
  return matches(specOf(policy).podSelector, labels)
}

/** Whether a policy lets a neighbour in at a port, by TCP. */
export function admits (policy: KubeObject, from: Neighbour, port: number): boolean {
  return (specOf(policy).ingress ?? []).some(rule => hasPort(rule, port) && meets(rule.from, from))
}

/** Whether a policy lets its pods connect to a pod at a port, by TCP. */
export function lets (policy: KubeObject, to: Neighbour, port: number): boolean {
  return (specOf(policy).egress ?? []).some(rule => hasPort(rule, port) && meets(rule.to, to))
}

function specOf (policy: KubeObject): PolicySpec {
  return policy['spec'] as PolicySpec
}

function hasPort ({ ports }: Rule, port: number): boolean {
  return ports === undefined || ports.some(one => (one.port === undefined || one.port === port) && (one.protocol ?? 'TCP') === 'TCP')
}

// No list of peers, or an empty list, means everybody.
function meets (peers: readonly Peer[] | undefined, { namespace, pod }: Neighbour): boolean {
  return peers === undefined || peers.length === 0
    || peers.some(({ namespaceSelector, podSelector = {} }) =>
      namespaceSelector !== undefined && matches(namespaceSelector, namespace) && matches(podSelector, pod))
}

function matches ({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
    && matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]

      switch (operator) {
        case 'In': return value !== undefined && values.includes(value)
        case 'NotIn': return value === undefined || !values.includes(value)
        case 'Exists': return value !== undefined
        case 'DoesNotExist': return value === undefined
        default: throw new TypeError(`no operator of a selector: ${operator}`)
      }
    })
}

function templatesIn (value: unknown): Labels[] {
  if (typeof value !== 'object' || value === null) {
    return []
  }

  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'template' ? [(inner as { metadata: { labels: Labels } }).metadata.labels] : templatesIn(inner))
}
