import { defined } from '../../core/defined.ts'
import { DurationText, toMilliseconds } from '../../core/time/duration.ts'
import type { z } from 'zod'

/**
 * A rule between fields, written once and enforced twice: by the API server as CEL, and by the
 * parser of a manifest. Both forms are written side by side here so that they stay equal.
 */
export interface Rule {
  /** Common Expression Language over `self`, with every default filled in. */
  cel: string

  /** The field to report. */
  path: readonly string[]

  /** What the field must be, in the words of the API server and of the parser. */
  message: string

  /**
   * The same as `cel`. It runs even when other fields are wrong, so that all problems are reported
   * at once. It must therefore accept any shape, and returns false only when the rule is certainly
   * broken. Absent for rules that only a cluster can check, because they compare with the object
   * before the change.
   */
  holds?: (value: Record<string, unknown>) => boolean
}

/** A schema with rules between its fields. */
export function withRules<Schema extends z.ZodType> (schema: Schema, description: string, rules: readonly Rule[]): Schema {
  let ruled = schema

  for (const { holds, message, path } of rules) {
    if (holds !== undefined) {
      ruled = ruled.refine(value => holds(value as Record<string, unknown>), { message, path: [...path], when: ({ value }) => isRecord(value) })
    }
  }

  return ruled.meta({ description, 'x-kubernetes-validations': rules.map(toValidation) })
}

/** The value at a path, or undefined. */
export function valueAt (value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => isRecord(inner) || Array.isArray(inner) ? (inner as Record<PropertyKey, unknown>)[key] : undefined, value)
}

/** Whether a value is an object with keys. */
export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The rule that a duration lies between two others. A missing or malformed duration passes. */
export function durationRule (path: readonly string[], { min, max }: { min: string, max: string }): Rule {
  const self = ['self', ...path].join('.')

  return {
    cel: `duration(${self}) >= duration('${min}') && duration(${self}) <= duration('${max}')`,
    path,
    message: `must be between ${min} and ${max}`,
    holds: (value) => {
      const text = DurationText.safeParse(valueAt(value, path))

      return !text.success || (toMilliseconds(text.data) >= toMilliseconds(min) && toMilliseconds(text.data) <= toMilliseconds(max))
    }
  }
}

function toValidation ({ cel, message, path }: Rule): Record<string, string> {
  return { rule: cel, message, ...defined({ fieldPath: path.length === 0 ? undefined : path.map(key => `.${key}`).join('') }) }
}
