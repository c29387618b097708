// The name of a namespace contains neither dot nor underscore, so one of them after the name marks its end. Otherwise
// `team` could use names that begin with `team-a`.
import { z } from 'zod'

const PLACE = '{namespace}'

/** Required prefix of the names of topics. {namespace} is replaced by the PeerProbe's namespace. */
export const TopicPrefix = z.string().max(100)
  .regex(/^([a-z0-9][-a-z0-9.]*)?(\{namespace\}\.[-a-z0-9.]*)?$/, 'must be lower-case letters, digits, hyphens and dots; {namespace} in it must be followed by a dot')

/** Required prefix of the names of consumer groups. {namespace} is replaced by the PeerProbe's namespace. */
export const GroupPrefix = z.string().max(100)
  .regex(/^[-._a-zA-Z0-9]*(\{namespace\}[._][-._a-zA-Z0-9]*)?$/, 'must be letters, digits, hyphens, dots and underscores; {namespace} in it must be followed by a dot or an underscore')

/** The prefix for a namespace. */
export function prefixIn (prefix: string, namespace: string): string {
  return prefix.replace(PLACE, () => namespace)
}

/** Two namespaces of which the first could use names of the second, because its prefix begins the second's. Equal prefixes are intended sharing. */
export function overlapping (prefixes: readonly (readonly [namespace: string, prefix: string])[]): readonly [string, string] | undefined {
  for (const [wide, beginning] of prefixes) {
    const narrow = prefixes.find(([, prefix]) => beginning !== '' && prefix !== beginning && prefix.startsWith(beginning))

    if (narrow !== undefined) {
      return [wide, narrow[0]]
    }
  }

  return undefined
}
