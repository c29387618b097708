// Control characters: an agent string must not control a terminal that shows it.
const CONTROL = /\p{Cc}/gu

/**
 * Makes a remote's text safe for messages, tables and terminals. Control characters and lone surrogates become
 * U+FFFD. The text is cut at `limit` UTF-16 units, never within a character.
 */
export function cleanText (text: string, limit: number): string {
  const cut = text.length > limit ? text.slice(0, limit) : text

  return cut.toWellFormed().replace(CONTROL, '\ufffd')
}
