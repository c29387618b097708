/** A problem of a manifest, at one of its fields. */
export interface Problem {
  path: readonly PropertyKey[]
  message: string
}

/** A value of a manifest and its path. */
export interface Located {
  path: readonly PropertyKey[]
  value: unknown
}

/**
 * Every value of a raw manifest at a path, where `*` means each item of a list. The manifest may
 * have any shape; missing parts give no values.
 */
export function locate (root: unknown, pattern: readonly string[]): Located[] {
  let found: Located[] = [{ path: [], value: root }]

  for (const key of pattern) {
    found = found.flatMap(({ path, value }) => childrenOf(value, key).map(([name, child]) => ({ path: [...path, name], value: child })))
  }

  return found
}

function childrenOf (value: unknown, key: string): [PropertyKey, unknown][] {
  if (key === '*') {
    return Array.isArray(value) ? value.map((item, i) => [i, item]) : []
  }

  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? [[key, (value as Record<string, unknown>)[key]]] : []
}
