import { isMap, isScalar, LineCounter, parse, parseDocument } from 'yaml'
import type { Pair } from 'yaml'

/** One value of the chart, from its default and the comment above it. */
export interface ChartValue {
  name: string

  /** Path from the root, with dots. */
  path: string

  /** One line of Markdown. */
  meaning: string

  /** Additions of the comment to the schema: keywords of JSON Schema, and `is` with the name of a shape. */
  added: Readonly<Record<string, unknown>>

  fallback: unknown

  /** Nested values, if each of them is a separate value. */
  fields: readonly ChartValue[]
}

const MARK = '@schema '

/**
 * Reads the values of a chart from the text of its values.yaml.
 *
 * @throws TypeError where a value has no comment, or one that cannot be read; it names the value
 */
export function chartValues (text: string): ChartValue[] {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const lines = text.split('\n')

  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new TypeError(`values.yaml: ${document.errors[0]?.message ?? 'it is not a map'}`)
  }

  const read = (pair: Pair, parent: string): ChartValue => {
    const key = pair.key

    if (!isScalar<string>(key) || key.range === undefined || key.range === null) {
      throw new TypeError(`values.yaml: a key below ${JSON.stringify(parent)} is not a text`)
    }

    const path = parent === '' ? key.value : `${parent}.${key.value}`
    const { meaning, added } = commentAbove(lines, counter.linePos(key.range[0]).line - 1, path)
    const hasFields = isMap(pair.value) && pair.value.items.length > 0 && added['is'] === undefined

    return {
      name: key.value,
      path,
      meaning,
      added,
      fallback: (pair.value as { toJS: (of: unknown) => unknown }).toJS(document),
      fields: hasFields && isMap(pair.value) ? pair.value.items.map(inner => read(inner, path)) : []
    }
  }

  return document.contents.items.map(pair => read(pair, ''))
}

// The comment lines directly above a line. Comments above an empty line belong to no value.
function commentAbove (lines: readonly string[], line: number, path: string): Pick<ChartValue, 'meaning' | 'added'> {
  const first = lines.slice(0, line).findLastIndex(text => !text.trimStart().startsWith('#')) + 1
  const comment = lines.slice(first, line).map(text => text.trimStart().replace(/^# ?/, ''))
  const marks = comment.filter(text => text.startsWith(MARK))
  const meaning = comment.filter(text => !text.startsWith(MARK)).join(' ').trim()

  if (meaning === '') {
    throw new TypeError(`values.yaml: ${path} needs a comment above it that explains it`)
  }

  const added = marks.map(mark => parse(mark.slice(MARK.length)) as unknown)

  if (added.some(one => typeof one !== 'object' || one === null || Array.isArray(one))) {
    throw new TypeError(`values.yaml: the text after @schema above ${path} is not a map`)
  }

  return { meaning, added: Object.assign({}, ...added) as Record<string, unknown> }
}
