/** Whether two byte arrays are equal. */
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

/** Whether `bytes` contains `part` at index `at`. */
export function isAt (bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = part.length - 1; i >= 0; i--) {
    if (bytes[at + i] !== part[i]) {
      return false
    }
  }

  return true
}

/** Concatenates the parts. */
export function concatBytes (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0

  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }

  return out
}
