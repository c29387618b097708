// The configuration of the Kubo-based predecessor: JSON that people edited, with comments, trailing commas, keys in any case
// and numbers as texts. Problems name fields, lines and columns; they never quote the file, which contains a password.
import { parse, printParseErrorCode } from 'jsonc-parser'
import { problemsError } from '../../core/process/config.ts'
import type { ParseError } from 'jsonc-parser'

/** The settings that a predecessor's file may have; all are optional. */
export interface PredecessorConfig {
  exportPeers: { enabled?: boolean, dumpFile?: string, dumpIntervalMs?: number }
  database: { host?: string, port?: number, user?: string, password?: string, database?: string, maxOpenConns?: number, maxIdleConns?: number }
  kafka: { brokers?: string[], topic?: string, consumerGroup?: string, clientId?: string }

  /** Fields that are not used here, by path. */
  unused: string[]

  /** What was understood by a guess: a field and the guess. */
  guesses: string[]
}

type Fields = Record<string, unknown>

const UNIT_MS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/
const PARTS = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g

// A number of this size is Go's time.Duration, in nanoseconds: as seconds it would be more than a week.
const LEAST_NANOSECONDS = 1_000_000

/** Reads a predecessor's configuration. @throws ProbeError `PP_CONFIG_INVALID` with every problem */
export function readPredecessorConfig (text: string, what: string): PredecessorConfig {
  const reader = new FieldReader(parseLenient(text, what))
  const config = {
    exportPeers: {
      ...reader.given('enabled', ['Discovery', 'ExportPeers', 'Enabled'], asBoolean),
      ...reader.given('dumpFile', ['Discovery', 'ExportPeers', 'DumpFile'], asText),
      ...reader.given('dumpIntervalMs', ['Discovery', 'ExportPeers', 'DumpInterval'], value => reader.duration(value, 'Discovery.ExportPeers.DumpInterval'))
    },
    database: {
      ...reader.given('host', ['Database', 'Host'], asText),
      ...reader.given('port', ['Database', 'Port'], asCount),
      ...reader.given('user', ['Database', 'User'], asText),
      ...reader.given('password', ['Database', 'Password'], value => typeof value === 'number' ? String(value) : asText(value)),
      ...reader.given('database', ['Database', 'Database'], asText),
      ...reader.given('maxOpenConns', ['Database', 'MaxOpenConns'], asCount),
      ...reader.given('maxIdleConns', ['Database', 'MaxIdleConns'], asCount)
    },
    kafka: {
      ...reader.given('brokers', ['Kafka', 'Brokers'], asList),
      ...reader.given('topic', ['Kafka', 'Topic'], asText),
      ...reader.given('consumerGroup', ['Kafka', 'ConsumerGroup'], asText),
      ...reader.given('clientId', ['Kafka', 'ClientID'], asText)
    }
  }

  if (reader.problems.length > 0) {
    throw problemsError(reader.problems, { code: 'PP_CONFIG_INVALID', what })
  }

  return { ...config, unused: reader.unused(), guesses: reader.guesses }
}

// Reads fields whatever their case, and remembers which ones were read.
class FieldReader {
  readonly problems: string[] = []
  readonly guesses: string[] = []
  readonly #root: Fields
  readonly #used = new Set<string>()

  constructor (root: Fields) {
    this.#root = root
  }

  // An object with the field, or an empty one if the file does not have it.
  given<Name extends string, T> (name: Name, path: readonly string[], convert: (value: unknown) => T): Partial<Record<Name, Exclude<T, Problem>>> {
    const value = this.#find(path)

    if (value === undefined || value === null) {
      return {}
    }

    const converted = convert(value)

    if (converted instanceof Problem) {
      this.problems.push(`${path.join('.')}: ${converted.text}`)
      return {}
    }

    return { [name]: converted } as Partial<Record<Name, Exclude<T, Problem>>>
  }

  duration (value: unknown, field: string): number | Problem {
    if (typeof value === 'number' && value > 0) {
      const isNanoseconds = value >= LEAST_NANOSECONDS
      this.guesses.push(`${field}: the number has no unit and was read as ${isNanoseconds ? 'nanoseconds' : 'seconds'}`)

      return isNanoseconds ? value / LEAST_NANOSECONDS : value * 1_000
    }

    const text = typeof value === 'string' ? value.replaceAll(' ', '') : ''

    return DURATION.test(text)
      ? [...text.matchAll(PARTS)].reduce((sum, [, count = '', unit = '']) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0)
      : new Problem('must be a duration such as 120s or 2m30s')
  }

  // Groups of settings that were not read are listed as one.
  unused (): string[] {
    const list = (fields: Fields, path: string): string[] => Object.entries(fields).flatMap(([key, value]) => {
      const at = path === '' ? key : `${path}.${key}`
      const isPartlyUsed = [...this.#used].some(used => used.startsWith(`${at.toLowerCase()}.`))

      return this.#used.has(at.toLowerCase()) ? [] : isPartlyUsed && isFields(value) ? list(value, at) : [at]
    })

    return list(this.#root, '')
  }

  #find (path: readonly string[]): unknown {
    let fields: unknown = this.#root

    for (const name of path) {
      fields = isFields(fields) ? Object.entries(fields).findLast(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] : undefined
    }
    this.#used.add(path.join('.').toLowerCase())

    return fields
  }
}

class Problem {
  readonly text: string

  constructor (text: string) {
    this.text = text
  }
}

function parseLenient (text: string, what: string): Fields {
  const errors: ParseError[] = []
  // Some people comment like in a shell. A string of JSON has no line breaks, so such a line is never a part of one.
  const source = text.replace(/^\uFEFF/, '').replaceAll(/^[ \t]*#.*$/gm, '')
  const value: unknown = parse(source, errors, { allowTrailingComma: true, disallowComments: false })
  const mistakes = errors.map(({ error, offset }) => `${position(source, offset)}: ${printParseErrorCode(error).replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`)

  if (mistakes.length > 0 || !isFields(value)) {
    throw problemsError(mistakes.length > 0 ? mistakes.slice(0, 10) : ['must be a JSON object'], { code: 'PP_CONFIG_INVALID', what })
  }

  return value
}

function position (text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n')

  return `line ${String(before.length)}, column ${String((before.at(-1) ?? '').length + 1)}`
}

function asText (value: unknown): string | Problem {
  return typeof value === 'string' ? value.trim() : new Problem('must be a text')
}

function asBoolean (value: unknown): boolean | Problem {
  const text = String(value).toLowerCase()

  return text === 'true' || text === 'false' ? text === 'true' : new Problem('must be true or false')
}

function asCount (value: unknown): number | Problem {
  const count = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value

  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : new Problem('must be a whole number')
}

function asList (value: unknown): string[] | Problem {
  const texts = typeof value === 'string' ? value.split(',') : value

  return Array.isArray(texts) && texts.every(text => typeof text === 'string')
    ? texts.map(text => text.trim()).filter(text => text !== '')
    : new Problem('must be a list of texts')
}

function isFields (value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
