import { defined } from '../../../core/defined.ts'
import { byNamespace, closed, SHAPES, SIBLINGS_BY_NAMESPACE } from './value-shapes.ts'
import type { ChartValue } from './value-comments.ts'

/** A schema of draft 7, which Helm reads. */
export interface JsonSchema {
  [keyword: string]: unknown
  type?: string | readonly string[]
  enum?: readonly unknown[]
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
}

const KEYWORDS = new Set(['type', 'enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'items'])

/**
 * The schema of a chart's values: closed, so that a value which is misspelled is refused by its name. Each value may be null as well,
 * by which Helm leaves out a default.
 *
 * @throws TypeError where a value's default does not show what it may be, and its comment does not say so
 */
export function valuesSchema (values: readonly ChartValue[]): JsonSchema {
  return { $schema: 'http://json-schema.org/draft-07/schema#', ...objectOf(values) }
}

/** The text of values.schema.json. */
export function valuesSchemaFile (values: readonly ChartValue[]): string {
  return `${JSON.stringify(valuesSchema(values), undefined, 1)}\n`
}

function objectOf (values: readonly ChartValue[]): JsonSchema {
  return closed(Object.fromEntries(values.map(value => [value.name, orNull({ description: value.meaning, ...schemaOf(value, values) })])))
}

function schemaOf (value: ChartValue, siblings: readonly ChartValue[]): JsonSchema {
  const { path, added, fallback, fields } = value

  if (added['is'] === SIBLINGS_BY_NAMESPACE) {
    return byNamespace(objectOf(siblings.filter(sibling => sibling !== value)))
  }
  if (fields.length > 0) {
    return objectOf(fields)
  }

  const schema: JsonSchema = { ...inferred(added, fallback), ...resolved(added, path) }

  if (schema.type === undefined && schema.enum === undefined) {
    throw new TypeError(`values.yaml: the default of ${path} does not show its type: add "# @schema {is: …}" above it`)
  }
  if (schema.type === 'array' && schema.items === undefined) {
    throw new TypeError(`values.yaml: ${path} is a list: describe its items with "# @schema {items: {is: …}}" above it`)
  }

  return schema
}

function inferred (added: Readonly<Record<string, unknown>>, fallback: unknown): JsonSchema {
  if (added['is'] !== undefined || added['enum'] !== undefined) {
    return {}
  }

  switch (typeof fallback) {
    case 'boolean': return { type: 'boolean' }
    case 'number': return { type: 'integer' }
    case 'string': return { type: 'string' }
    default: return Array.isArray(fallback) ? { type: 'array' } : {}
  }
}

function resolved (added: Readonly<Record<string, unknown>>, path: string): JsonSchema {
  const { is, ...keywords } = added
  const shape = is === undefined ? {} : SHAPES[is as string]
  const unknown = Object.keys(keywords).find(keyword => !KEYWORDS.has(keyword))

  if (shape === undefined || unknown !== undefined) {
    throw new TypeError(`values.yaml: the comment of ${path} asks for ${shape === undefined ? `the shape ${JSON.stringify(is)}` : unknown ?? ''}, which is not known`)
  }

  const items = keywords['items'] as Record<string, unknown> | undefined

  return { ...shape, ...keywords, ...defined({ items: items && resolved(items, `${path}[]`) }) }
}

function orNull (schema: JsonSchema): JsonSchema {
  const { type, enum: choices } = schema

  return { ...schema, ...defined({ type: type && [type, 'null'].flat(), enum: choices && [...choices, null] }) }
}
