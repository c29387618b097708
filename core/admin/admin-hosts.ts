import { isIP } from 'node:net'
import { ProbeError } from '../errors.ts'

/** Where an admin server listens: on the addresses in the environment variable, if given, else on `host`. */
export interface AdminHosts {
  /** An address or a name; several IP addresses are separated by commas. @default '127.0.0.1' */
  host?: string | undefined

  /** Environment variable with IP addresses, separated by commas. */
  hostVariable?: string | undefined
}

/**
 * The addresses that an admin server listens on. In a pod they are the pod's own, which the kubelet sets as a variable: on a
 * node with several networks, or with the host network, `::` would listen on all of them.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with the name of the variable, when it does not contain IP addresses
 */
export function adminHosts ({ host = '127.0.0.1', hostVariable }: AdminHosts, environment: Readonly<Record<string, string | undefined>>): string[] {
  if (hostVariable === undefined) {
    return listed(host)
  }

  const value = environment[hostVariable] ?? ''
  const hosts = listed(value)

  if (hosts.length === 0 || hosts.some(one => isIP(one) === 0)) {
    throw new ProbeError('PP_CONFIG_INVALID', `admin.hostVariable: ${hostVariable} is ${JSON.stringify(value.slice(0, 200))}: it must contain the pod's IP addresses, separated by commas (downward API, status.podIPs)`)
  }

  return hosts
}

function listed (text: string): string[] {
  return [...new Set(text.split(',').map(one => one.trim()).filter(one => one !== ''))]
}
