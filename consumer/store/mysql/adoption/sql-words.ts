// The words of a stored program, as far as needed to see what it writes and calls. Comments and string literals are
// left out, except `/*! … */`, which the server executes.

/** One word or punctuation mark of a statement. */
export interface SqlWord {
  /** Lower case; names without their quotes. */
  text: string

  /** Whether it may be an identifier: a bare word or a quoted name. */
  isName: boolean

  /** Whether it may be a keyword: it has no quotes. */
  isBare: boolean
}

const PATTERN = new RegExp([
  String.raw`(?<comment>--(?:\s[^\n]*|$)|#[^\n]*|/\*(?![!M])[\s\S]*?\*/|/\*M?!\d*|\*/)`,
  String.raw`(?<text>'(?:[^'\\]|\\[\s\S]|'')*')`,
  String.raw`(?<quoted>` + '`(?:[^`]|``)*`' + String.raw`|"(?:[^"\\]|\\[\s\S]|"")*")`,
  String.raw`(?<bare>[\p{L}\p{N}_$@]+)`,
  String.raw`(?<sign>[^\s])`
].join('|'), 'gu')

/** The words of a program. Text in double quotes may be an identifier (ANSI_QUOTES), and counts as one. */
export function sqlWords (program: string): SqlWord[] {
  return [...program.matchAll(PATTERN)].flatMap(({ groups = {} }): SqlWord[] => {
    const { quoted, bare, sign } = groups

    if (quoted !== undefined) {
      return [{ text: quoted.slice(1, -1).replaceAll('``', '`').toLowerCase(), isName: true, isBare: false }]
    }
    if (bare !== undefined) {
      return [{ text: bare.toLowerCase(), isName: true, isBare: true }]
    }

    return sign === undefined ? [] : [{ text: sign, isName: false, isBare: false }]
  })
}
