// Every pod has requests and limits, also where a PeerProbe gives none or only some: without, one pod takes a node's memory from
// all others, and a namespace with a quota takes none of them.
import { quantityOf } from './quantity.ts'

/** Amounts by the name of a resource. */
export type Amounts = Readonly<Record<string, string | number>>

/** Resources of a container, as a pod names them. */
export interface Resources { requests?: Amounts | undefined, limits?: Amounts | undefined }

/** What pods are given where a PeerProbe says nothing, and the most that it may ask for. */
export interface ResourceRules {
  crawler: Resources

  /** Of consumers and jobs. */
  consumer: Resources

  /** The most of each resource that a container may have; where a name is missing there is no such bound. */
  max: Amounts
}

// A process that is slowed down while its peers answer would find the network dead: a crawler gets a core for its work and another for
// keys and the collector. Its heap is a share of the memory (Dockerfile); a crawl of 10,000 peers takes 330 MB in all.
// There is none for ephemeral storage: where a kubelet does not count it, no node would take the pod. The root is read-only, and the
// one scratch folder has a limit of its own.
const LIMITS = { cpu: '2', memory: '1Gi' }

/** The rules of a cluster whose owner has set none. */
export const DEFAULT_RESOURCES: ResourceRules = {
  crawler: { requests: { cpu: '100m', memory: '256Mi' }, limits: LIMITS },
  consumer: { requests: { cpu: '50m', memory: '192Mi' }, limits: LIMITS },
  max: {}
}

/**
 * What a container is given: what the PeerProbe asks for, and the defaults for the rest, never above `max` and with no request
 * above its limit.
 */
export function resourcesFor (own: Resources | undefined, defaults: Resources, max: Amounts): { requests: Amounts, limits: Amounts } {
  const asked = { requests: own?.requests ?? {}, limits: own?.limits ?? {} }
  const names = [...new Set([defaults.requests, defaults.limits, asked.requests, asked.limits].flatMap(amounts => Object.keys(amounts ?? {})))]
  const limits = given(names, name => asked.limits[name] ?? atLeast(atMost(defaults.limits?.[name], max[name]), asked.requests[name]))
  const requests = given(names, name => asked.requests[name] ?? atMost(defaults.requests?.[name], limits[name]))

  return { requests, limits }
}

function given (names: readonly string[], amountOf: (name: string) => string | number | undefined): Record<string, string | number> {
  return Object.fromEntries(names.flatMap((name) => {
    const amount = amountOf(name)

    return amount === undefined ? [] : [[name, amount]]
  }))
}

// A limit of zero is none (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/).
function atMost (amount: string | number | undefined, bound: string | number | undefined): string | number | undefined {
  return amount === undefined || bound === undefined || quantityOf(bound) === 0 || quantityOf(amount) <= quantityOf(bound) ? amount : bound
}

function atLeast (amount: string | number | undefined, bound: string | number | undefined): string | number | undefined {
  return amount === undefined || bound === undefined || quantityOf(amount) >= quantityOf(bound) ? amount : bound
}
