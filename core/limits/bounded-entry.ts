/** The entry of a key, created if missing. The map has at most `maxEntries`: the oldest is removed first. */
export function boundedEntry<T> (map: Map<string, T>, key: string, maxEntries: number, create: () => T): T {
  const known = map.get(key)

  if (known !== undefined) {
    return known
  }

  const [oldest] = map.keys()

  if (oldest !== undefined && map.size >= maxEntries) {
    map.delete(oldest)
  }

  const created = create()
  map.set(key, created)

  return created
}
