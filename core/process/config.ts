import { readFile } from 'node:fs/promises'
import { errorText, ProbeError } from '../errors.ts'
import { escapeControlChars } from '../text/escape-control-chars.ts'
import type { ErrorCode } from '../errors.ts'
import type { z } from 'zod'

/**
 * Reads and freezes the configuration of one process from a JSON file.
 *
 * All problems (the first 20) are reported at once, by their paths, so that a broken Deployment takes one edit to
 * fix and not one restart per mistake.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` with the file and every invalid field
 */
export async function loadConfig<Schema extends z.ZodType> (schema: Schema, path: string | undefined): Promise<z.output<Schema>> {
  if (path === undefined || path === '') {
    throw new ProbeError('PP_CONFIG_INVALID', 'PEERPROBE_CONFIG is not set: it must be the path of the JSON configuration file of this process')
  }

  return deepFreeze(parseWith(schema, await readJson(path), { code: 'PP_CONFIG_INVALID', what: path }))
}

/** Parts of the error that {@link parseWith} throws. */
export interface ParseFailure {
  code: ErrorCode

  /** Name of the input in the message, such as its file name. */
  what: string
}

/** Parses `input`; the error lists every problem with its path, one per line, also as `details.problems`. */
export function parseWith<Schema extends z.ZodType> (schema: Schema, input: unknown, { code, what }: ParseFailure): z.output<Schema> {
  const result = schema.safeParse(input)

  if (result.success) {
    return result.data
  }

  throw problemsError(result.error.issues.flatMap(issue => problemsOf(issue)), { code, what })
}

// A user fixes a few mistakes at a time, and a file of another kind has a mistake in every line.
const MAX_PROBLEMS = 20
const MAX_PROBLEM_LENGTH = 500

/**
 * One error for all problems of an input: the first 20, one per line, and the number of further ones. Also as `details.problems`.
 * Quotations of the input are escaped and cut, so that the text is safe to print and has at most 12,000 characters.
 */
export function problemsError (problems: readonly string[], { code, what }: ParseFailure): ProbeError {
  const shown = problems.slice(0, MAX_PROBLEMS).map(problem => cut(escapeControlChars(problem.slice(0, MAX_PROBLEM_LENGTH + 1))))
  const more = problems.length - shown.length
  const lines = [...shown, ...more > 0 ? [`and ${String(more)} more`] : []].map(line => `\n  ${line}`)

  return new ProbeError(code, `${cut(escapeControlChars(what))}: ${String(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'}${lines.join('')}`, { details: { problems: shown } })
}

function cut (text: string): string {
  return text.length <= MAX_PROBLEM_LENGTH ? text : `${text.slice(0, MAX_PROBLEM_LENGTH - 1)}…`
}

/** A path of keys in the usual notation: `spec.scans[0].name`. */
export function formatPath (path: readonly PropertyKey[]): string {
  return path.map((key, i) => typeof key === 'number' ? `[${String(key)}]` : `${i === 0 ? '' : '.'}${String(key)}`).join('')
}

/** The problems in one issue of a schema, each with the path of its field. */
export function problemsOf (issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => `${formatPath([...issue.path, key])}: unknown field`)
  }

  return [`${issue.path.length === 0 ? '(top level)' : formatPath(issue.path)}: ${issue.message}`]
}

async function readJson (path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `${path}: ${errorText(err)}`, { cause: err })
  }
}

function deepFreeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }

  return value
}
