import { errorText, ProbeError } from '../../core/errors.ts'
import { problemsError } from '../../core/process/config.ts'
import { yamlDocuments } from '../../core/text/yaml-documents.ts'
import { KIND } from '../../operator/api/v1alpha1.ts'
import { parseSecret } from './secrets.ts'
import type { Secret } from './secrets.ts'
import type { Document } from 'yaml'

/** The contents of a file: the PeerProbe as written, and the other documents. */
export interface Documents {
  probe: unknown

  /** The Secrets in the same file. */
  secrets: Secret[]

  /** Problems of the other documents, each with its number. */
  problems: string[]
}

/**
 * Finds the PeerProbe among the documents of a YAML text: the first of that kind, or the only document. The text may also
 * contain Secrets; any other document is a problem and is not silently ignored.
 *
 * @throws ProbeError `PP_SPEC_INVALID` with line and column of each mistake in the YAML
 */
export function parseDocuments (text: string, what: string): Documents {
  const { documents, mistakes } = yamlDocuments(text)

  if (mistakes.length > 0) {
    throw problemsError(mistakes, { code: 'PP_SPEC_INVALID', what })
  }

  return select(documents.map(document => toValue(document, what)), what)
}

function select (values: readonly unknown[], what: string): Documents {
  const present = values.map((value, i) => ({ value, number: i + 1 })).filter(({ value }) => value !== null)
  const chosen = present.find(({ value }) => kindOf(value) === KIND) ?? (present.length === 1 ? present[0] : undefined)

  if (chosen === undefined) {
    throw problemsError([`kind: no document is a ${KIND}`], { code: 'PP_SPEC_INVALID', what })
  }

  const read = present.filter(other => other !== chosen).map(({ value, number }) => besides(value, `document ${String(number)} (${describe(value)}): `))

  return {
    probe: chosen.value,
    secrets: read.flatMap(({ secret }) => secret ?? []),
    problems: read.flatMap(({ problems }) => problems)
  }
}

function besides (value: unknown, where: string): { secret?: Secret, problems: string[] } {
  if (kindOf(value) !== 'Secret') {
    return { problems: [`${where}only one ${KIND} and its Secrets run on one machine: remove it`] }
  }

  const read = parseSecret(value)

  return 'problems' in read ? { problems: read.problems.map(problem => `${where}${problem}`) } : { secret: read, problems: [] }
}

// The library's own limit refuses an alias bomb.
function toValue (document: Document, what: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (err) {
    throw new ProbeError('PP_SPEC_INVALID', `${what}: ${errorText(err)}`, { cause: err })
  }
}

function kindOf (value: unknown): string {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' ? value.kind : ''
}

function describe (value: unknown): string {
  return `kind ${kindOf(value) === '' ? 'missing' : kindOf(value)}`
}
