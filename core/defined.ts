/** A record in which every field is optional and no field is undefined. */
export type Defined<T extends object> = { [K in keyof T]?: Exclude<T[K], undefined> }

/**
 * The fields that have a value, for spreading into a record with optional fields
 * (`exactOptionalPropertyTypes`: such a field is absent, never undefined). `null` is a value.
 */
export function defined<const T extends object> (fields: T): Defined<T> {
  const record: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) {
      record[key] = value
    }
  }

  return record as Defined<T>
}
