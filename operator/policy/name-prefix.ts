// A namespace's name has neither dot nor underscore: behind it one of them says where it ends, or `team` could name what
// begins with `team-a`.
import { z } from 'zod'

const PLACE = '{namespace}'

/** Beginning of the names of topics. {namespace} in it stands for the PeerProbe's namespace. */
export const TopicPrefix = z.string().max(100)
  .regex(/^([a-z0-9][-a-z0-9.]*)?(\{namespace\}\.[-a-z0-9.]*)?$/, 'must be lower-case letters, digits, hyphens and dots; {namespace} in it must be followed by a dot')

/** Beginning of the names of consumer groups. {namespace} in it stands for the PeerProbe's namespace. */
export const GroupPrefix = z.string().max(100)
  .regex(/^[-._a-zA-Z0-9]*(\{namespace\}[._][-._a-zA-Z0-9]*)?$/, 'must be letters, digits, hyphens, dots and underscores; {namespace} in it must be followed by a dot or an underscore')

/** The prefix that holds in a namespace. */
export function prefixIn (prefix: string, namespace: string): string {
  return prefix.replace(PLACE, () => namespace)
}

/** Two namespaces of which one may name what is the other's, since its prefix is the beginning of the other one's; equal ones are meant. */
export function overlapping (prefixes: readonly (readonly [namespace: string, prefix: string])[]): readonly [string, string] | undefined {
  for (const [wide, beginning] of prefixes) {
    const narrow = prefixes.find(([, prefix]) => beginning !== '' && prefix !== beginning && prefix.startsWith(beginning))

    if (narrow !== undefined) {
      return [wide, narrow[0]]
    }
  }

  return undefined
}
