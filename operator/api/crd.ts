/**
 * The CustomResourceDefinition, generated from the schema. zod writes OpenAPI that is almost a
 * structural schema. This file removes what Kubernetes forbids, and a test checks the result for
 * every forbidden construct.
 */
import { stringify } from 'yaml'
import { z } from 'zod'
import { isRecord } from './rules.ts'
import { GROUP, KIND, PeerProbeSpec, ProbeName, VERSION } from './v1alpha1.ts'

/** A node of the OpenAPI schema in a CRD. */
export type OpenApiSchema = Record<string, unknown>

// kubectl get pp: the most useful columns first. Kubernetes adds NAME itself.
const PRINTER_COLUMNS = [
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  { name: 'Scans', type: 'string', jsonPath: '.status.scansReady' },
  { name: 'Peers', type: 'integer', jsonPath: '.status.peers' },
  { name: 'Lag', type: 'integer', jsonPath: '.status.lag' },
  { name: 'Last crawl', type: 'date', jsonPath: '.status.lastCrawlTime' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Message', type: 'string', priority: 1, jsonPath: '.status.conditions[?(@.type=="Ready")].message' }
]

/** The OpenAPI schema that the API server enforces. */
export function openApiSchema (): OpenApiSchema {
  return {
    type: 'object',
    description: 'Maps a libp2p network: crawlers, a message topic, consumers and a database.',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Version of this resource\'s schema.' },
      kind: { type: 'string', description: 'Kind of this resource.' },
      metadata: { type: 'object', properties: { name: toOpenApi(ProbeName) } },
      spec: toOpenApi(PeerProbeSpec),
      status: { 'type': 'object', 'description': 'What the operator last observed.', 'x-kubernetes-preserve-unknown-fields': true }
    }
  }
}

/** The whole definition. */
export function peerProbeCrd (): Record<string, unknown> {
  const plural = 'peerprobes'

  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind: KIND, listKind: `${KIND}List`, plural, singular: 'peerprobe', shortNames: ['pp'], categories: ['peerprobe'] },
      versions: [{
        name: VERSION,
        served: true,
        storage: true,
        additionalPrinterColumns: PRINTER_COLUMNS,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.consumer.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.selector' }
        },
        schema: { openAPIV3Schema: openApiSchema() }
      }]
    }
  }
}

/** The definition as YAML, for the file in `crds/`. */
export function renderCrd (): string {
  return `# Generated from operator/api/${VERSION}.ts; do not edit.\n${stringify(peerProbeCrd(), { lineWidth: 0 })}`
}

function toOpenApi (schema: z.ZodType): OpenApiSchema {
  const openApi: OpenApiSchema = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override ({ jsonSchema }) {
      makeStructural(jsonSchema)
    }
  })
  completeDefaults(openApi)

  return openApi
}

// The API server checks a default against the rules of its object before it fills in the nested defaults.
function completeDefaults (node: OpenApiSchema): void {
  const properties = Object.entries((node['properties'] ?? {}) as Record<string, OpenApiSchema>)

  for (const [, child] of properties) {
    completeDefaults(child)
  }
  if (typeof node['items'] === 'object') {
    completeDefaults(node['items'] as OpenApiSchema)
  }
  if (isRecord(node['default'])) {
    node['default'] = { ...Object.fromEntries(properties.filter(([, child]) => child['default'] !== undefined).map(([name, child]) => [name, child['default']])), ...node['default'] }
  }
}

function makeStructural (node: OpenApiSchema): void {
  // Kubernetes prunes unknown fields by itself and forbids this next to `properties`.
  if (node['additionalProperties'] === false) {
    delete node['additionalProperties']
  }

  if (node['x-kubernetes-preserve-unknown-fields'] === true) {
    delete node['additionalProperties']
  }

  // The only `anyOf` inside which a structural schema allows `type`.
  if (node['x-kubernetes-int-or-string'] === true) {
    node['anyOf'] = [{ type: 'integer' }, { type: 'string' }]
  }
}
