import { formatPath, problemsError, problemsOf } from '../core/process/config.ts'
import { PeerProbe } from '../operator/api/v1alpha1.ts'
import { unusableAddresses } from './manifest/addresses.ts'
import { unusedBootstrapPeers } from './manifest/bootstrap-lists.ts'
import { parseDocuments } from './manifest/documents.ts'
import { readText } from './manifest/read-text.ts'
import { replacedByEmbedded, unsupported } from './manifest/unsupported.ts'
import type { Problem } from './manifest/problem.ts'
import type { Secret } from './manifest/secrets.ts'

/** Settings of {@link readManifest}. */
export interface ManifestOptions {
  /** Replace `spec.kafka` and `spec.mysql` by the embedded log and database. */
  embedded: boolean

  /** A folder of place files, in place of `spec.places`. */
  placesDir?: string
}

/** A manifest that this machine can run. */
export interface Manifest {
  probe: PeerProbe

  /** The Secrets in the same file. */
  secrets: Secret[]

  /** Fields that the embedded log and database replace. */
  replaced: string[]

  /** Bootstrap peers that can never be dialled, each with its reason. */
  unused: string[]
}

/**
 * Reads a PeerProbe from a YAML file and checks it for this machine: against the resource's schema,
 * its addresses against their parsers, and what it asks for against what one machine can do. All
 * problems are reported at once, each with its field.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` (no such file), `PP_SPEC_INVALID`, or `PP_NOT_SUPPORTED`
 * when the manifest is valid but asks for something that one machine cannot do
 */
export async function readManifest (path: string, options: ManifestOptions): Promise<Manifest> {
  return parseManifest(await readText(path), path, options)
}

/** Reads a PeerProbe from a text; `what` is its name in messages. */
export function parseManifest (text: string, what: string, { embedded, placesDir }: ManifestOptions): Manifest {
  const documents = parseDocuments(text, what)
  const result = PeerProbe.safeParse(documents.probe)
  const mistakes = (result.error?.issues ?? []).flatMap(problemsOf)
  // A field that already has a problem is not reported twice.
  const isNew = (problem: string): boolean => !mistakes.some(mistake => fieldOf(mistake) === fieldOf(problem))
  const unusable = unusableAddresses(documents.probe).map(format).filter(isNew)
  const refusals = [...documents.problems, ...unsupported(documents.probe, { embedded, hasPlaces: placesDir !== undefined }).map(format).filter(isNew)]
  const problems = [...mistakes, ...unusable, ...refusals]

  if (result.success && problems.length === 0) {
    const replaced = embedded ? replacedByEmbedded(documents.probe).map(formatPath) : []

    return { probe: result.data, secrets: documents.secrets, replaced, unused: unusedBootstrapPeers(documents.probe) }
  }

  throw problemsError(problems, { code: mistakes.length + unusable.length > 0 ? 'PP_SPEC_INVALID' : 'PP_NOT_SUPPORTED', what })
}

function format ({ path, message }: Problem): string {
  return `${formatPath(path)}: ${message}`
}

// An address that does not match the schema's pattern is reported once.
function fieldOf (problem: string): string {
  return problem.slice(0, problem.indexOf(': '))
}
