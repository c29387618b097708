// One server has many names in a cluster: short, with its namespace, whole, of a Service or of one of its pods. What is
// compared here is what they stand for.
import { isIP } from 'node:net'
import { bareHost } from '../../../core/text/host-port.ts'

/** A Service of the cluster. */
interface Service { name: string, namespace: string }

const STRIMZI_SERVICE = /^(.+)-kafka(?:-[a-z0-9]+)?-(?:brokers|bootstrap)$/

/** Host and port of `host:port`; an IPv6 address stands in brackets. */
export function splitServer (server: string): { host: string, port: string } {
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]*)\]|(.*?))(?::(\d+))?$/.exec(server.trim()) ?? []

  return { host: bracketed ?? plain, port }
}

/**
 * One text for all names of a host: a Service by name and namespace, whatever else is written, and everything else in
 * lower case and without a trailing dot.
 *
 * @param namespace of the pod that uses the name
 */
export function hostKey (host: string, namespace: string): string {
  const bare = bareHost(host)
  const [service] = servicesOf(bare, namespace)

  return service === undefined ? plainHost(bare) : `${service.name}.${service.namespace}.svc`
}

/**
 * What a broker's address may stand for: two that share one of these are of one Kafka. A Service selects the pods of one
 * Kafka, whichever of its ports is used; Strimzi's Services are named after their Kafka; of other hosts the port counts.
 */
export function brokerKeys (server: string, namespace: string): string[] {
  const { host, port } = splitServer(server)
  const services = servicesOf(host, namespace)

  return services.length === 0
    ? [`${plainHost(host)}:${port}`]
    : services.map(({ name, namespace: place }) => {
        const cluster = STRIMZI_SERVICE.exec(name)?.[1]

        return cluster === undefined ? `service ${place}/${name}` : strimziKey(place, cluster)
      })
}

/** What a Kafka resource of Strimzi stands for. */
export function strimziKey (namespace: string, cluster: string): string {
  return `strimzi ${namespace}/${cluster}`
}

function plainHost (host: string): string {
  return isIP(host) === 6 ? new URL(`http://[${host}]`).hostname : host.toLowerCase().replace(/\.$/, '')
}

// Names as a pod's resolver completes them: service, service.namespace, service.namespace.svc.domain; each with a pod before.
function servicesOf (host: string, namespace: string): Service[] {
  const plain = plainHost(host)
  const labels = plain.split('.')
  const at = labels.indexOf('svc')

  if (isIP(host) !== 0 || plain === '' || plain === 'localhost') {
    return []
  }

  return at >= 2 ? [{ name: labels[at - 2] ?? '', namespace: labels[at - 1] ?? '' }] : shortNames(labels, namespace)
}

// Three labels without `svc` are a name of the outside, unless Strimzi makes such a Service.
function shortNames ([first = '', second, third, ...more]: readonly string[], namespace: string): Service[] {
  const ofPod = second !== undefined && more.length === 0 && STRIMZI_SERVICE.test(second) ? [{ name: second, namespace: third ?? namespace }] : []

  return third === undefined ? [{ name: first, namespace: second ?? namespace }, ...ofPod] : ofPod
}
