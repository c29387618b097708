import { readFile } from 'node:fs/promises'
import { errorText, ProbeError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import type { z } from 'zod'

/**
 * Reads and freezes the configuration of one process from a JSON file.
 *
 * Every problem is reported at once, by its path, so that a broken Deployment takes
 * one edit to mend and not one restart per mistake.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` naming the file and every field that is wrong
 */
export async function loadConfig<Schema extends z.ZodType> (schema: Schema, path: string | undefined): Promise<z.output<Schema>> {
  if (path === undefined || path === '') {
    throw new ProbeError('PP_CONFIG_INVALID', 'PEERPROBE_CONFIG is not set: it must name the JSON configuration file of this process')
  }

  return deepFreeze(parseWith(schema, await readJson(path), { code: 'PP_CONFIG_INVALID', what: path }))
}

/** What {@link parseWith} says when the input is wrong. */
export interface ParseFailure {
  code: ErrorCode

  /** Name of the input for the message, such as its file name. */
  what: string
}

/** Parses `input`; a failure names every problem by its path, one per line, also as `details.problems`. */
export function parseWith<Schema extends z.ZodType> (schema: Schema, input: unknown, { code, what }: ParseFailure): z.output<Schema> {
  const result = schema.safeParse(input)

  if (result.success) {
    return result.data
  }

  throw problemsError(result.error.issues.flatMap(issue => problemsOf(issue)), { code, what })
}

/** One error for all problems of an input: one per line, also as `details.problems`. */
export function problemsError (problems: readonly string[], { code, what }: ParseFailure): ProbeError {
  return new ProbeError(code, `${what}: ${String(problems.length)} ${problems.length === 1 ? 'problem' : 'problems'}\n${problems.map(problem => `  ${problem}`).join('\n')}`, { details: { problems } })
}

/** A path of keys as people write it: `spec.scans[0].name`. */
export function formatPath (path: readonly PropertyKey[]): string {
  return path.map((key, i) => typeof key === 'number' ? `[${String(key)}]` : `${i === 0 ? '' : '.'}${String(key)}`).join('')
}

/** The problems that one issue of a schema stands for, each with the path of its field. */
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
