import { z } from 'zod'

/** Keys in a policy: a whole key, or a prefix followed by `*`. A key without `*` matches only itself. */
export const KeyPatterns = z.array(z.string().min(1).max(317).regex(/^[^\s*]*\*?$/, 'must be a whole key, or a prefix with * at its end')).max(256)

/** {@inheritDoc KeyPatterns} */
export type KeyPatterns = z.output<typeof KeyPatterns>

/** Whether a list of patterns covers a key. */
export function isCovered (patterns: readonly string[], key: string): boolean {
  return patterns.some(pattern => pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern)
}

/** Hosts in a policy: a whole host, `*` for all hosts, or all hosts below a domain such as `*.databases.svc`. */
export const HostPatterns = z.array(z.string().max(255).regex(/^(\*|(\*\.)?[A-Za-z0-9_:]([-A-Za-z0-9._:]*[A-Za-z0-9_:])?)$/, 'must be a host, *, or a domain with *. before it')).max(256)

/** Whether a list of patterns covers a host, ignoring case. */
export function isCoveredHost (patterns: readonly string[], host: string): boolean {
  const asked = host.toLowerCase().replace(/\.$/, '')

  return patterns.map(pattern => pattern.toLowerCase()).some(pattern => pattern === '*' || (pattern.startsWith('*.') ? asked.endsWith(pattern.slice(1)) : asked === pattern))
}
