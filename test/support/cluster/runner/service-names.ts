// Names of Services in pods: each resolves to a ready pod. There is no proxy, so a Service must have the port of its pods.
import { pathOf } from '../../../../operator/runtime/kube-object.ts'
import { POD } from './pod.ts'
import type { KubeClient } from '../../../../operator/runtime/kube-client.ts'
import type { KindRef } from '../../../../operator/runtime/kube-object.ts'
import type { Pod } from './pod.ts'

interface Service { metadata: { name: string, namespace: string }, spec: { selector?: Record<string, string> } }
interface PodState { podIP?: string, conditions?: { type: string, status: string }[] }

const SERVICE: KindRef = { apiVersion: 'v1', kind: 'Service', plural: 'services', namespaced: true }

/** Lines of /etc/hosts for the Services with a ready pod on this node. */
export async function serviceHosts (client: KubeClient, node: string, signal: AbortSignal): Promise<string[]> {
  const { items: services } = await client.json({ method: 'GET', path: pathOf(SERVICE) }, signal) as { items: Service[] }
  const { items: pods } = await client.json({ method: 'GET', path: pathOf(POD), query: { fieldSelector: `spec.nodeName=${node}` } }, signal) as { items: Pod[] }

  return services.flatMap(({ metadata: { name, namespace }, spec: { selector } }) => {
    const pod = pods.find(({ metadata, status }) => metadata.namespace === namespace && selector !== undefined
      && Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)
      && (status as PodState).conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true)
    const { podIP } = (pod?.status ?? {}) as PodState

    return podIP === undefined ? [] : [`${podIP} ${name}.${namespace}.svc`]
  })
}
