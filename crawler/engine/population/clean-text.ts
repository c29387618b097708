// Control characters: a terminal that shows an agent string must not obey it.
const CONTROL = /\p{Cc}/gu

/**
 * Text of a stranger, made fit for messages, tables and terminals: control characters and lone
 * surrogates become U+FFFD, and it is cut at `limit` UTF-16 units without half a character left over.
 */
export function cleanText (text: string, limit: number): string {
  const cut = text.length > limit ? text.slice(0, limit) : text

  return cut.toWellFormed().replace(CONTROL, '\ufffd')
}
