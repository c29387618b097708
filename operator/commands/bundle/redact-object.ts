import { isRecord } from '../../api/rules.ts'
import { REDACTED, redactText } from './redact-text.ts'

// Fields whose text is a secret by their name. `passwordFile`, `secretName` and the like name a place, not what is there.
const SENSITIVE = /(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key|authorization|cookie|jaas[-_.]?config)$/i

// Others write whatever they like into annotations: templates with credentials, whole manifests.
const KNOWN_ANNOTATIONS = /^(?:[a-z0-9.-]*\.)?peerprobe\.dev\/|^(?:deployment|app|meta)\.(?:kubernetes|helm)\.(?:io|sh)\//
const CONTAINERS = ['containers', 'initContainers', 'ephemeralContainers']

// Those of the product: their arguments are names of files and settings.
const OWN_CONTAINERS: readonly unknown[] = ['peerprobe', 'operator']

/**
 * An object of the API without values of environment variables, annotations of others, arguments of containers that somebody
 * injected, who wrote which field, and what looks like a secret anywhere else.
 */
export function redactObject (value: unknown): unknown {
  if (typeof value === 'string') {
    return redactString(value)
  }
  if (Array.isArray(value)) {
    return value.map(redactObject)
  }

  return isRecord(value) ? Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => redactField(key, inner))) : value
}

function redactField (key: string, value: unknown): [string, unknown][] {
  if (key === 'managedFields') {
    return []
  }
  if (key === 'annotations' && isRecord(value)) {
    return [[key, Object.fromEntries(Object.entries(value).map(([name, text]) => [name, KNOWN_ANNOTATIONS.test(name) ? redactObject(text) : REDACTED]))]]
  }
  if (key === 'env' && Array.isArray(value)) {
    return [[key, value.map(variable => isRecord(variable) && 'value' in variable ? { ...variable, value: REDACTED } : redactObject(variable))]]
  }
  if (CONTAINERS.includes(key) && Array.isArray(value)) {
    return [[key, value.map(redactContainer)]]
  }

  return [[key, SENSITIVE.test(key) ? redactSensitive(value) : redactObject(value)]]
}

// An object by such a name refers to a Secret: `secret: { secretName }`.
function redactSensitive (value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(redactSensitive)
  }

  return typeof value === 'string' || typeof value === 'number' ? REDACTED : redactObject(value)
}

function redactContainer (container: unknown): unknown {
  if (!isRecord(container) || OWN_CONTAINERS.includes(container['name'])) {
    return redactObject(container)
  }

  const hidden = ['args', 'command'].filter(key => key in container).map(key => [key, [REDACTED]])

  return redactObject({ ...container, ...Object.fromEntries(hidden) })
}

// Configurations are JSON in a text.
function redactString (text: string): string {
  if (!/^\s*[{[]/.test(text)) {
    return redactText(text)
  }

  try {
    return JSON.stringify(redactObject(JSON.parse(text)), undefined, 2)
  } catch {
    return redactText(text)
  }
}
