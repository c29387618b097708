// Texts of peers are hostile: they may contain NUL (the end of a text in C), half a surrogate pair (which is not
// valid UTF-8), and more characters than a column allows. They are repaired, never refused: one peer's agent string
// must not stop the pipeline.

const REPLACEMENT = '�'

/** A text that every database accepts: NUL and lone surrogates become U+FFFD. */
export function safeText (text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', REPLACEMENT) : text).toWellFormed()
}

/** Cuts texts to their columns and counts the cuts. */
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

/** Compares texts by their UTF-8 bytes, as databases do. JavaScript's order differs above U+FFFF. */
export function compareBytes (a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b))
}
