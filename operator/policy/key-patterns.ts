import { z } from 'zod'

/** Keys as a policy lists them: a whole key, or all that begin with what stands before a `*` at the end. A key without `*` is no prefix. */
export const KeyPatterns = z.array(z.string().min(1).max(317).regex(/^[^\s*]*\*?$/, 'must be a whole key, or a prefix with * at its end')).max(256)

/** {@inheritDoc KeyPatterns} */
export type KeyPatterns = z.output<typeof KeyPatterns>

/** Whether a list of patterns covers a key. */
export function isCovered (patterns: readonly string[], key: string): boolean {
  return patterns.some(pattern => pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern)
}

/** Hosts as a policy lists them: a whole one, `*` for all, or all below a domain such as `*.databases.svc`. */
export const HostPatterns = z.array(z.string().max(255).regex(/^(\*|(\*\.)?[A-Za-z0-9_:]([-A-Za-z0-9._:]*[A-Za-z0-9_:])?)$/, 'must be a host, *, or a domain with *. before it')).max(256)

/** Whether a list of patterns covers a host, in whatever letters it is written. */
export function isCoveredHost (patterns: readonly string[], host: string): boolean {
  const asked = host.toLowerCase().replace(/\.$/, '')

  return patterns.map(pattern => pattern.toLowerCase()).some(pattern => pattern === '*' || (pattern.startsWith('*.') ? asked.endsWith(pattern.slice(1)) : asked === pattern))
}
