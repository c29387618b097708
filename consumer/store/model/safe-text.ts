// Texts of peers are hostile: they may hold NUL (which ends a text in C), half a surrogate pair
// (which is not UTF-8), and more than a column takes. They are mended, never refused: one peer's
// strange agent string must not stop the line.

const REPLACEMENT = '�'

/** A text that every database takes: NUL and lone surrogates become U+FFFD. */
export function safeText (text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', REPLACEMENT) : text).toWellFormed()
}

/** Makes texts fit their columns and counts those that it had to cut. */
export class TextFitter {
  /** Texts that were cut so far. */
  cuts = 0

  /** The safe form of a text, at most `limit` characters long. */
  fit (text: string, limit: number): string {
    if (text.length <= limit) {
      return safeText(text)
    }

    this.cuts++

    return safeText(text.slice(0, endsInHalfPair(text, limit) ? limit - 1 : limit))
  }
}

function endsInHalfPair (text: string, end: number): boolean {
  return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(end) & 0xfc00) === 0xdc00
}

/** Compares as databases compare bytes of UTF-8, which differs from JavaScript's order beyond U+FFFF. */
export function compareBytes (a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}
