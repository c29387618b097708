import { errorText, ProbeError } from '../../core/errors.ts'
import { problemsError } from '../../core/process/config.ts'
import { yamlDocuments } from '../../core/text/yaml-documents.ts'
import { API_VERSION, KIND } from '../api/v1alpha1.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { Document } from 'yaml'

// The API server's limit for one request.
const MAX_CHARS = 3 * 1_024 * 1_024

/**
 * The PeerProbes of a manifest, in order; objects of other kinds are ignored. The API server checks their
 * contents.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when the text is not YAML, is too large, or contains no
 *   PeerProbe
 */
export function probeDocuments (text: string, what: string): KubeObject[] {
  if (text.length > MAX_CHARS) {
    throw new ProbeError('PP_CONFIG_INVALID', `${what}: has more than ${String(MAX_CHARS)} characters`)
  }

  const { documents, mistakes } = yamlDocuments(text)

  if (mistakes.length > 0) {
    throw problemsError(mistakes, { code: 'PP_CONFIG_INVALID', what })
  }

  const probes = documents.map(document => toValue(document, what)).filter(isProbe)

  if (probes.length === 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `${what}: contains no object of kind ${KIND} and apiVersion ${API_VERSION}`)
  }

  return probes
}

// The library refuses aliases that would expand too far.
function toValue (document: Document, what: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (err) {
    throw problemsError([errorText(err)], { code: 'PP_CONFIG_INVALID', what })
  }
}

function isProbe (document: unknown): document is KubeObject {
  const { apiVersion, kind, metadata } = (document ?? {}) as Partial<KubeObject>

  return apiVersion === API_VERSION && kind === KIND && typeof metadata === 'object' && typeof metadata.name === 'string'
}
