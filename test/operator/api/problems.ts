import { problemsOf } from '../../../core/process/config.ts'
import type { z } from 'zod'

/** The problems that a schema finds, as readable messages. */
export function problems (schema: z.ZodType, input: unknown): string[] {
  return (schema.safeParse(input).error?.issues ?? []).flatMap(problemsOf)
}

/** Only the fields with problems. */
export function wrongFields (schema: z.ZodType, input: unknown): string[] {
  return problems(schema, input).map(problem => problem.slice(0, problem.indexOf(': ')))
}
