import { parseAllDocuments } from 'yaml'
import { ProbeError } from '../../core/errors.ts'
import { API_VERSION, KIND } from '../api/v1alpha1.ts'
import type { KubeObject } from '../runtime/kube-object.ts'

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

  const documents = parseAllDocuments(text)
  const [fault] = documents.flatMap(({ errors }) => errors)

  if (fault !== undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `${what}: ${fault.message}`)
  }

  const probes = documents.map(document => document.toJS() as unknown).filter(isProbe)

  if (probes.length === 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `${what}: holds no object of kind ${KIND} and apiVersion ${API_VERSION}`)
  }

  return probes
}

function isProbe (document: unknown): document is KubeObject {
  const { apiVersion, kind, metadata } = (document ?? {}) as Partial<KubeObject>

  return apiVersion === API_VERSION && kind === KIND && typeof metadata === 'object' && typeof metadata.name === 'string'
}
