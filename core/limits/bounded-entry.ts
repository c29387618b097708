/** The entry of a key, made where there is none. A map never holds more than `maxEntries`: the oldest goes first. */
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
