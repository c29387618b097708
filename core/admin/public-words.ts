// What the admin server reveals over the network, which other pods and other machines on the node's network can reach.
import { ERRORS, isErrorCode } from '../errors.ts'

/** Why a process is not working: an error code, and a message that may contain names of servers. */
export interface Reason {
  code: string
  message: string
}

// Names of topics, groups, leases and pods: useful to the administrator, and to attackers.
const WITHHELD: ReadonlySet<string> = new Set(['topic', 'group', 'lease', 'holder'])

/** The text of the error table for a reason's code, with what to do: never the failure's message, which may contain hosts, ports, users and files. */
export function publicWords ({ code }: Pick<Reason, 'code'>): string {
  return isErrorCode(code) ? `${ERRORS[code].summary} ${ERRORS[code].action} The log of the process says more.` : 'The log of the process says why.'
}

/** A JSON value without information about the infrastructure: reasons get public texts, and names are removed. */
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
