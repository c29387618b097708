/** Size of a value in JSON, in bytes. */
export function jsonBytes (value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** The longest prefix of a list that takes at most `maxBytes` in JSON. */
export function fitList<Item> (list: Item[], maxBytes: number): Item[] {
  // Nearly always the whole list fits, and one check is cheaper than one for each item.
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
