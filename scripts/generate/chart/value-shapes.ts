// Shapes of chart values that cannot be derived from their defaults: Kubernetes' own, and texts. A comment in values.yaml
// selects one by `@schema {is: NAME}`. All are closed except `object`, whose content the API server checks.
import { defined } from '../../../core/defined.ts'
import type { JsonSchema } from './value-schema.ts'

// Numbers and booleans are accepted as text, since `--set` converts texts that look like them; the chart quotes them. Beyond these
// limits a number differs from what was written.
const TEXT: JsonSchema = { type: ['string', 'integer', 'boolean'], minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const KEY = '([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?'
const CIDR: JsonSchema = { type: 'string', pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$', maxLength: 64 }
const TEXTS: JsonSchema = { type: 'object', additionalProperties: { ...TEXT, type: ['string', 'integer', 'boolean', 'null'] } }
const NAMESPACE: JsonSchema = { ...TEXT, minimum: 0, pattern: `^${LABEL}$`, maxLength: 63 }
const OBJECT_NAME: JsonSchema = { ...TEXT, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$', maxLength: 253 }
const QUANTITIES: JsonSchema = {
  type: 'object',
  additionalProperties: { type: ['string', 'integer'], pattern: '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$', minimum: 0, maximum: 1_000_000_000_000 }
}

const SELECTOR = closed({
  matchLabels: TEXTS,
  matchExpressions: {
    type: 'array',
    items: closed({ key: TEXT, operator: { enum: ['In', 'NotIn', 'Exists', 'DoesNotExist'] }, values: { type: 'array', items: TEXT } }, ['key', 'operator'])
  }
})

const SOURCE: JsonSchema = {
  ...closed({
    namespaceSelector: SELECTOR,
    podSelector: SELECTOR,
    ipBlock: closed({ cidr: CIDR, except: { type: 'array', items: CIDR } }, ['cidr'])
  }),
  minProperties: 1,
  // A podSelector alone would select a different namespace in each policy.
  dependencies: { podSelector: ['namespaceSelector'], ipBlock: { not: { anyOf: [{ required: ['namespaceSelector'] }, { required: ['podSelector'] }] } } }
}

/** The shapes by name. */
export const SHAPES: Readonly<Record<string, JsonSchema>> = {
  object: { type: 'object' },
  text: TEXT,
  texts: TEXTS,
  namespace: NAMESPACE,
  namespaceOrEmpty: { ...NAMESPACE, pattern: `^(${LABEL})?$` },
  objectName: { ...OBJECT_NAME, pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$' },
  secretName: closed({ name: OBJECT_NAME }, ['name']),
  labelKey: { type: 'string', pattern: `^${KEY}$`, maxLength: 317 },
  labelValue: { ...TEXT, pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$', maxLength: 63 },
  duration: { type: 'string', pattern: '^([0-9]+(ms|s|m|h))?$', maxLength: 16 },
  keys: { type: 'array', maxItems: 256, items: { type: 'string', pattern: '^[^\\s*]*\\*?$', minLength: 1, maxLength: 317 } },
  cidr: CIDR,
  quantities: QUANTITIES,
  resources: closed({ requests: QUANTITIES, limits: QUANTITIES }),
  containerResources: closed({ requests: { type: 'object' }, limits: { type: 'object' }, claims: { type: 'array', items: { type: 'object' } } }),
  source: SOURCE,
  toleration: closed({ key: TEXT, operator: { enum: ['Exists', 'Equal', 'Lt', 'Gt'] }, value: TEXT, effect: { enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] }, tolerationSeconds: { type: 'integer' } }),
  variable: closed({ name: { type: 'string', minLength: 1, maxLength: 253 }, value: TEXT, valueFrom: { type: 'object', minProperties: 1 } }, ['name']),
  volume: { type: 'object', required: ['name'], properties: { name: { ...TEXT, pattern: `^${LABEL}$`, maxLength: 63 } } },
  volumeMount: { type: 'object', required: ['name', 'mountPath'], properties: { name: { ...TEXT, pattern: `^${LABEL}$`, maxLength: 63 }, mountPath: { type: 'string', minLength: 1, maxLength: 1_024 } } }
}

/** Name of the shape of a map from namespaces to the fields next to it. */
export const SIBLINGS_BY_NAMESPACE = 'siblingsByNamespace'

/** An object with these fields and no others. */
export function closed (properties: Record<string, JsonSchema>, required?: readonly string[]): JsonSchema {
  return { type: 'object', additionalProperties: false, ...defined({ required }), properties }
}

/** A map whose keys are names of namespaces. */
export function byNamespace (schema: JsonSchema): JsonSchema {
  return { type: 'object', propertyNames: { pattern: `^${LABEL}$`, maxLength: 63 }, additionalProperties: schema }
}
