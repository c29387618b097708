const ELLIPSIS = '…'

/** Cuts a text at its end to a width in characters, with an ellipsis. */
export function cutEnd (text: string, width: number): string {
  const chars = Array.from(text)

  return chars.length <= width ? text : `${chars.slice(0, width - 1).join('')}${ELLIPSIS}`
}

/**
 * Cuts texts of one column to a width in characters so that different texts stay different: where only their ends differ,
 * the middle is cut. Equal texts give equal results. `width` must be at least 8.
 */
export function cutApart (texts: readonly string[], width: number): string[] {
  const different = [...new Set(texts)]
  const cuts = new Map(different.map(text => [text, cutEnd(text, width)]))

  cutSame(different.filter(text => cuts.get(text) !== text), { cuts, width })
  number(different, { cuts, width })

  return texts.map(text => cuts.get(text) ?? text)
}

interface Column { cuts: Map<string, string>, width: number }

// Texts with the same result get a window at the first character where they differ. Texts that still look the same differ
// later: each round moves the window, until the end.
function cutSame (texts: readonly string[], column: Column, after = -1): void {
  for (const same of Map.groupBy(texts, text => column.cuts.get(text)).values()) {
    const differAt = commonLength(same)

    if (same.length > 1 && differAt > after) {
      same.forEach((text) => {
        column.cuts.set(text, windowAt(Array.from(text), differAt, column.width))
      })
      cutSame(same, column, differAt)
    }
  }
}

// The beginning of a text, and a window at a later position.
function windowAt (chars: readonly string[], at: number, width: number): string {
  const head = chars.slice(0, Math.floor(width / 3)).join('')
  const room = width - Math.floor(width / 3) - 1
  const isTail = chars.length - at <= room
  const tail = isTail ? chars.slice(-room) : [...chars.slice(at, at + room - 1), ELLIPSIS]

  return `${head}${ELLIPSIS}${tail.join('')}`
}

// Windows at different positions can look the same by chance.
function number (different: readonly string[], { cuts, width }: Column): void {
  const taken = new Map<string, number>()

  for (const text of different) {
    const cut = cuts.get(text) ?? text
    const before = taken.get(cut) ?? 0
    taken.set(cut, before + 1)

    if (before > 0) {
      const suffix = `${ELLIPSIS}#${String(before + 1)}`
      cuts.set(text, `${Array.from(cut).slice(0, width - suffix.length).join('')}${suffix}`)
    }
  }
}

function commonLength (texts: readonly string[]): number {
  const [first = [], ...others] = texts.map(text => Array.from(text))
  const differ = first.findIndex((char, i) => others.some(other => other[i] !== char))

  return differ === -1 ? first.length : differ
}
