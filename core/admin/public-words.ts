// What the admin server tells whoever reaches it over the network: a neighbour pod can, and so can whoever is on the node's network.
import { ERRORS, isErrorCode } from '../errors.ts'

/** Why a process does not do its work: an error code, and words that may name servers. */
export interface Reason {
  code: string
  message: string
}

// Names of topics, groups, leases and pods: of use to people on this machine, and to those who look for a way in.
const WITHHELD: ReadonlySet<string> = new Set(['topic', 'group', 'lease', 'holder'])

/** The code of a reason with the words of the error table: never those of the failure, which name hosts, ports, users and files. */
export function publicWords ({ code }: Pick<Reason, 'code'>): string {
  return isErrorCode(code) ? `${ERRORS[code].summary} The log of the process says more.` : 'The log of the process says why.'
}

/** A JSON value without what it says of infrastructure: every reason in it has public words, and names are withheld. */
export function publicStatus (value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(publicStatus)
  }
  if (typeof value !== 'object' || value === null) {
    return value
  }

  const entries = Object.entries(value).filter(([key]) => !WITHHELD.has(key)).map(([key, item]): [string, unknown] => [key, publicStatus(item)])
  const { code, message } = value as Partial<Reason>

  return Object.fromEntries(typeof message === 'string' ? [...entries, ['message', publicWords({ code: String(code) })]] : entries)
}
