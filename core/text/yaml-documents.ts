import { isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Document, YAMLMap } from 'yaml'

/** What {@link yamlDocuments} reads. */
export interface YamlDocuments {
  documents: Document[]

  /** What is wrong with them, each with its line and column. Warnings count: what YAML does not resolve is never meant. */
  mistakes: string[]
}

interface Mistake { offset: number, message: string }

/**
 * Reads the documents of a YAML text. Keys that a mapping has twice are looked for here: the library compares each key
 * with each other, which takes minutes where a file of another kind has some ten thousand.
 */
export function yamlDocuments (text: string): YamlDocuments {
  const lineCounter = new LineCounter()
  const documents = parseAllDocuments(text, { uniqueKeys: false, prettyErrors: false, lineCounter }) as Document[]
  const mistakes = documents.flatMap(mistakesOf).map(({ offset, message }) => {
    const { line, col } = lineCounter.linePos(offset)

    return `line ${String(line)}, column ${String(col)}: ${message}`
  })

  return { documents, mistakes }
}

// The parser calls itself for each level, and gives up where the stack of this process ends: what it says then, and what it
// makes of the levels around, are no mistakes of the text.
function mistakesOf (document: Document): Mistake[] {
  const found = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: Math.max(0, pos[0]), message }))
  const overflow = found.find(({ message }) => /stack (size|overflow)/i.test(message))

  if (overflow !== undefined) {
    return [{ offset: overflow.offset, message: 'Nested too deeply' }]
  }

  return found.length > 0 ? found : repeatedKeys(document)
}

function repeatedKeys (document: Document): Mistake[] {
  const found: Mistake[] = []
  visit(document, {
    Map: (_, map) => {
      found.push(...repeatedKeysOf(map))
    }
  })

  return found
}

function repeatedKeysOf ({ items }: YAMLMap): Mistake[] {
  const seen = new Set<unknown>()

  return items.flatMap(({ key }) => {
    if (!isScalar(key)) {
      return []
    }
    const isRepeated = seen.has(key.value)
    seen.add(key.value)

    return isRepeated ? [{ offset: key.range?.[0] ?? 0, message: 'Map keys must be unique' }] : []
  })
}
