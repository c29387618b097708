// Every pod has requests and limits, even if a PeerProbe gives none or only some. Without them one pod could use up the memory
// of its node, and a namespace with a quota would refuse the pods.
import { quantityOf } from './quantity.ts'

/** Amounts by the name of a resource. */
export type Amounts = Readonly<Record<string, string | number>>

/** Resources of a container, as a pod names them. */
export interface Resources { requests?: Amounts | undefined, limits?: Amounts | undefined }

/** The resources of pods for which a PeerProbe gives none, and the most that it may ask for. */
export interface ResourceRules {
  crawler: Resources

  /** For consumers and jobs. */
  consumer: Resources

  /** The most of each resource that a container may have; a resource without an entry has no bound. */
  max: Amounts
}

// A throttled crawler would time out on peers that do answer. A crawler therefore gets one core for its work and another for
// cryptography and the garbage collector. Its heap is a share of the memory (Dockerfile). The amounts are those of 10,000 peers in
// docs/sizing.md, which says what was measured and with which margin.
// Ephemeral storage has no entry: if a kubelet does not report it, no node would accept the pod. The root is read-only, and the only
// scratch folder has its own limit.
const LIMITS = { cpu: '2', memory: '1Gi' }

/** The rules of a cluster whose owner has set none of them. */
export const DEFAULT_RESOURCES: ResourceRules = {
  crawler: { requests: { cpu: '100m', memory: '512Mi' }, limits: LIMITS },
  consumer: { requests: { cpu: '50m', memory: '256Mi' }, limits: LIMITS },
  max: {}
}

/**
 * The resources of a container: what the PeerProbe asks for, and defaults for the rest. None exceeds `max`, and no request
 * exceeds its limit.
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

// A limit of zero means no limit (https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/).
function atMost (amount: string | number | undefined, bound: string | number | undefined): string | number | undefined {
  return amount === undefined || bound === undefined || quantityOf(bound) === 0 || quantityOf(amount) <= quantityOf(bound) ? amount : bound
}

function atLeast (amount: string | number | undefined, bound: string | number | undefined): string | number | undefined {
  return amount === undefined || bound === undefined || quantityOf(amount) >= quantityOf(bound) ? amount : bound
}
