/** Bytes that a value takes in JSON. */
export function jsonBytes (value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** The first items of a list, as many as take at most `maxBytes` in JSON together. */
export function fitList<Item> (list: Item[], maxBytes: number): Item[] {
  // So it is nearly always: one look at the whole is cheaper than one at each.
  if (jsonBytes(list) <= maxBytes) {
    return list
  }

  let bytes = 1
  const end = list.findIndex((item) => {
    bytes += jsonBytes(item) + 1

    return bytes > maxBytes
  })

  return end < 0 ? list : list.slice(0, end)
}
