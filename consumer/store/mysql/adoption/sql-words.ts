// The words of a stored program, as far as it takes to see what it writes and calls. Comments and
// texts are left out, but not what only looks like a comment: `/*! … */` runs.

/** One word or sign of a statement. */
export interface SqlWord {
  /** Lower case; names without their quotes. */
  text: string

  /** Whether it may name something: a bare word or a quoted name, no sign. */
  isName: boolean

  /** Whether it may be a keyword: it stands without quotes. */
  isBare: boolean
}

const PATTERN = new RegExp([
  String.raw`(?<comment>--(?:\s[^\n]*|$)|#[^\n]*|/\*(?![!M])[\s\S]*?\*/|/\*M?!\d*|\*/)`,
  String.raw`(?<text>'(?:[^'\\]|\\[\s\S]|'')*')`,
  String.raw`(?<quoted>` + '`(?:[^`]|``)*`' + String.raw`|"(?:[^"\\]|\\[\s\S]|"")*")`,
  String.raw`(?<bare>[\p{L}\p{N}_$@]+)`,
  String.raw`(?<sign>[^\s])`
].join('|'), 'gu')

/** The words of a program. What stands in double quotes may be a name (ANSI_QUOTES), and is taken for one. */
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
