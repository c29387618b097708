import type { KubeObject } from './kube-object.ts'

interface PodNetwork { podIP?: string, podIPs?: readonly { ip: string }[] }

/** The address and path of a request to a pod. */
export interface PodQuestion {
  port: number
  path: string

  /** Time limit for each of its addresses, in milliseconds. */
  timeoutMs: number
}

/** URLs of a path in a pod, one for each of its addresses, the primary one first. IPv6 addresses are in brackets. */
export function podUrls (pod: KubeObject, { port, path }: { port: number, path: string }): string[] {
  const { podIP, podIPs = [] } = (pod['status'] ?? {}) as PodNetwork
  const ips = new Set([...podIP === undefined || podIP === '' ? [] : [podIP], ...podIPs.map(({ ip }) => ip)])

  return [...ips].map(ip => `http://${ip.includes(':') ? `[${ip}]` : ip}:${String(port)}${path}`)
}

/**
 * Reads JSON from a pod, through the first of its addresses that answers: a pod of a dual-stack cluster has two, and the
 * caller may reach only one. Undefined if none answers.
 */
export async function readPodJson (pod: KubeObject, { timeoutMs, ...where }: PodQuestion, signal: AbortSignal): Promise<unknown> {
  for (const url of podUrls(pod, where)) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })

      return await response.json()
    } catch {
      signal.throwIfAborted() // otherwise the pod is starting or stopping, or the address is not reachable from here
    }
  }

  return undefined
}
