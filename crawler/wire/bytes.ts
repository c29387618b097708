/** Whether two byte arrays hold the same bytes. */
export function equalBytes (a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) {
    return false
  }

  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      return false
    }
  }

  return true
}

/** Whether `bytes` ends with `tail`. */
export function endsWith (bytes: Uint8Array, tail: Uint8Array): boolean {
  const offset = bytes.length - tail.length

  for (let i = tail.length - 1; i >= 0; i--) {
    if (bytes[offset + i] !== tail[i]) {
      return false
    }
  }

  return offset >= 0
}

/** All parts in one array. */
export function concatBytes (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0

  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }

  return out
}
