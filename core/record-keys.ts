// Object.keys and Object.fromEntries lose the types of the keys. These two functions keep them.

/** The keys of a record that has no other fields than its type, such as a constant table. */
export function keysOf<T extends object> (record: T): (keyof T & string)[] {
  return Object.keys(record) as (keyof T & string)[]
}

/** A record with one value for each key. */
export function recordOf<K extends string, V> (keys: readonly K[], valueOf: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map(key => [key, valueOf(key)])) as Record<K, V>
}
