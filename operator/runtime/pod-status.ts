import type { KubeObject } from './kube-object.ts'

interface PodNetwork { podIP?: string, podIPs?: readonly { ip: string }[] }

/** What is asked of a pod. */
export interface PodQuestion {
  port: number
  path: string

  /** How long one of its addresses may take, in milliseconds. */
  timeoutMs: number
}

/** URLs of a path in a pod, one for each of its addresses, the primary one first: an IPv6 address stands in brackets. */
export function podUrls (pod: KubeObject, { port, path }: { port: number, path: string }): string[] {
  const { podIP, podIPs = [] } = (pod['status'] ?? {}) as PodNetwork
  const ips = new Set([...podIP === undefined || podIP === '' ? [] : [podIP], ...podIPs.map(({ ip }) => ip)])

  return [...ips].map(ip => `http://${ip.includes(':') ? `[${ip}]` : ip}:${String(port)}${path}`)
}

/**
 * Reads JSON from a pod, by the first of its addresses that answers: the pod of a dual-stack cluster has two, and who asks
 * may reach only one. Undefined where none does.
 */
export async function readPodJson (pod: KubeObject, { timeoutMs, ...where }: PodQuestion, signal: AbortSignal): Promise<unknown> {
  for (const url of podUrls(pod, where)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })

      return await response.json()
    } catch {
      signal.throwIfAborted() // otherwise a pod on its way up or down, or an address that is not reached from here
    }
  }

  return undefined
}
