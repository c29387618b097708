import { cutEnd } from '../core/text/cut-apart.ts'

/** Breaks a text into lines of a width between its words; a longer word gets its own line and is cut. */
export function wrap (text: string, width: number): string[] {
  const lines: string[] = []

  for (const word of text.split(' ')) {
    const last = lines.at(-1)

    if (last !== undefined && last.length + word.length < width) {
      lines[lines.length - 1] = `${last} ${word}`
    } else {
      lines.push(cutEnd(word, width))
    }
  }

  return lines
}

/** A word of a shell command, quoted where it must be. */
export function shellQuoted (text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll('\'', '\'\\\'\'')}'`
}

/** A count with thousands separated: `12,345`. */
export function formatCount (n: number): string {
  return n.toLocaleString('en-US')
}

/** A share for people: `45 %`, `0.4 %`. */
export function formatShare (part: number, whole: number): string {
  const percent = whole === 0 ? 0 : 100 * part / whole

  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : String(Math.round(percent))} %`
}
