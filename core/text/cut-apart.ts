const ELLIPSIS = '…'

/** Cuts a text at its end to a width in characters, with an ellipsis. */
export function cutEnd (text: string, width: number): string {
  const chars = Array.from(text)

  return chars.length <= width ? text : `${chars.slice(0, width - 1).join('')}${ELLIPSIS}`
}

/**
 * Cuts texts of one column to a width in characters so that different texts stay different: where their ends would be cut
 * off and only those differ, the middle gives way. Equal texts give equal results. `width` is 8 at least.
 */
export function cutApart (texts: readonly string[], width: number): string[] {
  const different = [...new Set(texts)]
  const cuts = new Map(different.map(text => [text, cutEnd(text, width)]))

  cutSame(different.filter(text => cuts.get(text) !== text), { cuts, width })
  number(different, { cuts, width })

  return texts.map(text => cuts.get(text) ?? text)
}

interface Column { cuts: Map<string, string>, width: number }

// Those that look the same get a window onto the first place where they differ. Those of them that still look the same
// differ further on: each round moves the window, until it no longer can.
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

// The beginning of a text, and what stands at and behind a place further on.
function windowAt (chars: readonly string[], at: number, width: number): string {
  const head = chars.slice(0, Math.floor(width / 3)).join('')
  const room = width - Math.floor(width / 3) - 1
  const isTail = chars.length - at <= room
  const tail = isTail ? chars.slice(-room) : [...chars.slice(at, at + room - 1), ELLIPSIS]

  return `${head}${ELLIPSIS}${tail.join('')}`
}

// Windows onto different places can show the same by chance.
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
