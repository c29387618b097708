// One server has many names in a cluster: the short name, the name with its namespace, the full name, and the names of
// a Service and of its pods. Names are compared by the server that they mean.
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
 * The canonical name of a host: name and namespace for a Service, and for other hosts the name in lower case without
 * a trailing dot.
 *
 * @param namespace of the pod that uses the name
 */
export function hostKey (host: string, namespace: string): string {
  const bare = bareHost(host)
  const [service] = servicesOf(bare, namespace)

  return service === undefined ? plainHost(bare) : `${service.name}.${service.namespace}.svc`
}

/**
 * Canonical names of a broker's address: two addresses that share one of them belong to the same Kafka. A Service
 * selects the pods of one Kafka, whichever port is used. Strimzi names its Services after their Kafka. For other hosts
 * the port counts.
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

/** Canonical name of a Strimzi Kafka resource. */
export function strimziKey (namespace: string, cluster: string): string {
  return `strimzi ${namespace}/${cluster}`
}

function plainHost (host: string): string {
  return isIP(host) === 6 ? new URL(`http://[${host}]`).hostname : host.toLowerCase().replace(/\.$/, '')
}

// Names as a pod's resolver completes them: service, service.namespace, service.namespace.svc.domain; each optionally preceded by a pod.
function servicesOf (host: string, namespace: string): Service[] {
  const plain = plainHost(host)
  const labels = plain.split('.')
  const at = labels.indexOf('svc')

  if (isIP(host) !== 0 || plain === '' || plain === 'localhost') {
    return []
  }

  return at >= 2 ? [{ name: labels[at - 2] ?? '', namespace: labels[at - 1] ?? '' }] : shortNames(labels, namespace)
}

// Three labels without `svc` are an external name, unless Strimzi creates such a Service.
function shortNames ([first = '', second, third, ...more]: readonly string[], namespace: string): Service[] {
  const ofPod = second !== undefined && more.length === 0 && STRIMZI_SERVICE.test(second) ? [{ name: second, namespace: third ?? namespace }] : []

  return third === undefined ? [{ name: first, namespace: second ?? namespace }, ...ofPod] : ofPod
}
