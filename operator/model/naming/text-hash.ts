// The model does no I/O and imports nothing that could. An author gains nothing by making two of his own settings collide.
const PRIME = 0x100000001b3n
const OFFSET = 0xcbf29ce484222325n
const MASK = 0xffffffffffffffffn

/** FNV-1a of a text's UTF-16 units, 64 bits, as 16 hex digits. It shows whether something changed. */
export function textHash (text: string): string {
  let hash = OFFSET

  for (let i = 0; i < text.length; i++) {
    hash = ((hash ^ BigInt(text.charCodeAt(i))) * PRIME) & MASK
  }

  return hash.toString(16).padStart(16, '0')
}
