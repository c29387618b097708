import { isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Document, YAMLMap } from 'yaml'

/** Result of {@link yamlDocuments}. */
export interface YamlDocuments {
  documents: Document[]

  /** Problems, each with its line and column, including warnings: an unresolved YAML construct is never intended. */
  mistakes: string[]
}

interface Mistake { offset: number, message: string }

/**
 * Reads the documents of a YAML text. Duplicate keys are searched for here: the library compares every pair of keys, which
 * takes minutes for a mapping with ten thousand.
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

// The parser is recursive and fails where the stack of this process ends: the errors that follow from that are not mistakes
// of the text.
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
