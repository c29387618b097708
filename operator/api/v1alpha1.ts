/**
 * The PeerProbe resource, version v1alpha1: one schema for the CRD, the types, the operator's own
 * validation, the local runner's manifests and the reference page. JSON only: durations stay text
 * and nothing is transformed, so every reader sees what the API server stores.
 */
import { z } from 'zod'
import { ConsumerSpec } from './consumer-spec.ts'
import { KafkaSpec } from './kafka-spec.ts'
import { MysqlSpec } from './mysql-spec.ts'
import { NamespaceName, PlacesSpec } from './references.ts'
import { isRecord, valueAt, withRules } from './rules.ts'
import { ScanSpec } from './scan-spec.ts'
import { BackupSpec, RetentionSpec, SessionsSpec } from './upkeep-spec.ts'
import type { Rule } from './rules.ts'

/** API group of the resource. */
export const GROUP = 'peerprobe.dev'

/** Version of the resource. */
export const VERSION = 'v1alpha1'

/** `apiVersion` of the resource. */
export const API_VERSION = `${GROUP}/${VERSION}` as const

/** `kind` of the resource. */
export const KIND = 'PeerProbe'

// One machine has an embedded bus and database, a cluster has not, so only the API server enforces
// these rules. The list's map key keeps the names of scans unique there.
const specRules: readonly Rule[] = [
  { cel: 'has(self.kafka)', path: ['kafka'], message: 'is required in a cluster' },
  { cel: 'has(self.mysql)', path: ['mysql'], message: 'is required in a cluster' },
  { cel: '!self.consumer.dump.enabled || has(self.consumer.dump.volume)', path: ['consumer', 'dump', 'volume'], message: 'is required for dump files in a cluster' },
  {
    cel: 'self.consumer.dump.enabled || !(self.scans).exists(scan, scan.active.enabled && scan.active.neighbours)',
    path: ['consumer', 'dump', 'enabled'],
    message: 'is needed for active.neighbours of a scan: the files of edges are in the folder of the dump files',
    holds: spec => valueAt(spec, ['consumer', 'dump', 'enabled']) === true || !scansOf(spec).some(asksForTables)
  },
  { cel: '!self.backup.enabled || has(self.backup.volume)', path: ['backup', 'volume'], message: 'is required for backups in a cluster' }
]

const Scans = z.array(ScanSpec).min(1).max(32).refine(scans => repeatedNames(scans).length === 0, {
  error: ({ input }) => `names must be unique: ${repeatedNames(input).join(', ')}`,
  when: ({ value }) => Array.isArray(value)
}).meta({ 'description': 'What to crawl; one crawler for each scan.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })

/** Desired state of a PeerProbe. */
export const PeerProbeSpec = withRules(z.strictObject({
  scans: Scans,
  kafka: KafkaSpec.optional(),
  mysql: MysqlSpec.optional(),
  consumer: ConsumerSpec,
  retention: RetentionSpec,
  sessions: SessionsSpec,
  backup: BackupSpec,
  places: PlacesSpec.optional(),
  suspend: z.boolean().default(false).describe('Whether crawlers and consumers are stopped; data stays.')
}), 'What to crawl, and where the results go.', specRules)

/** {@inheritDoc PeerProbeSpec} */
export type PeerProbeSpec = z.output<typeof PeerProbeSpec>

/** Name of a PeerProbe, a DNS label: it becomes part of object names and labels. */
export const ProbeName = z.string().min(1).max(40).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens')

/** A PeerProbe as in a manifest. */
export const PeerProbe = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal(KIND),
  metadata: z.strictObject({
    name: ProbeName.describe('Name of the PeerProbe.'),
    namespace: NamespaceName.default('default').describe('Its namespace.'),
    labels: z.record(z.string().max(317), z.string().max(63)).optional().describe('Labels.'),
    annotations: z.record(z.string().max(317), z.string().max(262_144)).optional().describe('Annotations.')
  }),
  spec: PeerProbeSpec
})

/** {@inheritDoc PeerProbe} */
export type PeerProbe = z.output<typeof PeerProbe>

/** A PeerProbe as people write it: defaulted fields may be absent. */
export type PeerProbeInput = z.input<typeof PeerProbe>

function scansOf (spec: unknown): unknown[] {
  const scans = valueAt(spec, ['scans'])

  return Array.isArray(scans) ? scans : []
}

function asksForTables (scan: unknown): boolean {
  return valueAt(scan, ['active', 'neighbours']) === true && valueAt(scan, ['active', 'enabled']) !== false
}

function repeatedNames (scans: unknown): string[] {
  const names = (Array.isArray(scans) ? scans : []).filter(isRecord).map(scan => valueAt(scan, ['name'])).filter(name => typeof name === 'string')

  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
}
