import { errorText, ProbeError } from '../../core/errors.ts'
import { problemsError } from '../../core/process/config.ts'
import { yamlDocuments } from '../../core/text/yaml-documents.ts'
import { API_VERSION, KIND } from '../api/v1alpha1.ts'
import type { KubeObject } from '../runtime/kube-object.ts'
import type { Document } from 'yaml'

// As the API server allows for one request.
const MAX_CHARS = 3 * 1_024 * 1_024

/**
 * The PeerProbes of a manifest, in its order; other objects beside them are left out. What is in them is the API
 * server's to check.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` for what is no YAML, is too large, or holds no PeerProbe
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
    throw new ProbeError('PP_CONFIG_INVALID', `${what}: holds no object of kind ${KIND} and apiVersion ${API_VERSION}`)
  }

  return probes
}

// The library refuses what its aliases would make too large.
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
