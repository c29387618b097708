import { z } from 'zod'

interface JsonSchema {
  type?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
  pattern?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  maxItems?: number
}

interface Row { path: string, schema: JsonSchema, required: boolean }

/** A reference page of one schema: a table row for each field, by its full path. */
export function schemaPage (title: string, intro: string, schema: z.ZodType): string {
  const root = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  const rows = [...rowsOf(root, '')]

  return `# ${title}

${intro}

| Field | Type | Default | Meaning |
|---|---|---|---|
${rows.map(formatRow).join('\n')}
`
}

/** A published JSON Schema (draft 2020-12) of one message. */
export function jsonSchemaFile (schema: z.ZodType, id: string): string {
  return `${JSON.stringify({ $id: id, ...z.toJSONSchema(schema, { io: 'input' }) }, undefined, 2)}\n`
}

function* rowsOf (schema: JsonSchema, path: string): Generator<Row> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const here = path === '' ? name : `${path}.${name}`
    yield { path: here, schema: child, required: schema.required?.includes(name) ?? false }
    yield* rowsOf(child, here)

    if (child.items !== undefined) {
      yield* rowsOf(child.items, `${here}[]`)
    }
  }
}

function formatRow ({ path, schema, required }: Row): string {
  const isPlain = schema.default !== undefined && (typeof schema.default !== 'object' || Array.isArray(schema.default))
  const fallback = isPlain ? `\`${JSON.stringify(schema.default)}\`` : required ? 'required' : ''

  return `| \`${path}\` | ${escape(typeOf(schema))} | ${escape(fallback)} | ${escape(schema.description ?? '')} |`
}

function typeOf (schema: JsonSchema): string {
  if (schema.enum !== undefined) {
    return schema.enum.map(value => `\`${String(value)}\``).join(', ')
  }
  if (schema.type === 'array') {
    return `list of ${typeOf(schema.items ?? {})}${schema.maxItems === undefined ? '' : `, at most ${String(schema.maxItems)}`}`
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return `${schema.type}${rangeOf(schema)}`
  }

  return `${schema.type ?? 'any'}${schema.maxLength === undefined ? '' : `, at most ${String(schema.maxLength)} characters`}`
}

function rangeOf ({ minimum, maximum }: JsonSchema): string {
  return minimum === undefined || maximum === undefined ? '' : ` ${String(minimum)} to ${String(maximum)}`
}

// A pipe would end the table cell.
function escape (text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
