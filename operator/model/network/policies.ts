// Who may reach pods, and where they may connect to: one policy for the crawler of each scan, so that the addresses of
// one scan are not opened to another, one for backups, and one for all other pods of the PeerProbe.
import { defined } from '../../../core/defined.ts'
import { KINDS } from '../naming/kinds.ts'
import { labelsFor, PROBE_LABEL, selectorFor } from '../naming/labels.ts'
import { backupName, crawlerName } from '../naming/names.ts'
import { passivePorts } from '../pod/expose.ts'
import { ADMIN_PORT } from '../pod/pod.ts'
import { owned } from '../probe/owned.ts'
import { backupEgress, crawlerEgress, othersEgress } from './egress.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'
import type { Component } from '../naming/labels.ts'
import type { ProbeKey } from '../naming/names.ts'
import type { ClusterProbe, ModelInput, NetworkPeer } from '../probe/cluster-probe.ts'
import type { Desired } from '../probe/owned.ts'
import type { EgressRule } from './egress.ts'

interface IngressRule { from?: readonly NetworkPeer[], ports: readonly object[] }

interface PolicyPlan {
  name: string
  labels: Record<string, string>
  podSelector: object
  ingress: readonly IngressRule[]
  egress: readonly EgressRule[]
}

const CRAWLER: Component = 'crawler'
const BACKUP: Component = 'backup'

/** The network policies of all pods of a PeerProbe: each pod has exactly one, for both directions. */
export function networkPolicies (probe: ClusterProbe, { kafka, scrapers }: Pick<ModelInput, 'scrapers'> & { kafka: Pick<ModelInput['kafka'], 'bootstrapServers'> }): Desired[] {
  const { metadata, spec } = probe
  const scraped: IngressRule = { ...defined({ from: scrapers }), ports: [{ port: ADMIN_PORT, protocol: 'TCP' }] }
  const crawlers = spec.scans.map(scan => policy(probe, {
    name: crawlerName(metadata, scan.name),
    labels: labelsFor(metadata, CRAWLER, scan.name),
    podSelector: { matchLabels: selectorFor(metadata, CRAWLER, scan.name) },
    ingress: [scraped, ...forPeers(passivePorts(scan))],
    egress: crawlerEgress(spec.kafka, scan.addresses, kafka)
  }))

  // A backup talks to the database only, with a program of another image.
  const backups = spec.backup.enabled
    ? [policy(probe, {
        name: backupName(metadata),
        labels: labelsFor(metadata, BACKUP),
        podSelector: { matchLabels: selectorFor(metadata, BACKUP) },
        ingress: [],
        egress: backupEgress(spec)
      })]
    : []
  const elsewhere = [CRAWLER, ...spec.backup.enabled ? [BACKUP] : []]

  return [...crawlers, ...backups, policy(probe, {
    name: othersPolicyName(metadata),
    labels: labelsFor(metadata, 'consumer'),
    // Not a list of components: a new kind of job would have no policy.
    podSelector: { matchLabels: { [PROBE_LABEL]: metadata.name }, matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'NotIn', values: elsewhere }] },
    ingress: [scraped],
    egress: othersEgress(spec, kafka)
  })]
}

/** Name of the policy of all pods except crawlers. */
export function othersPolicyName ({ name }: Pick<ProbeKey, 'name'>): string {
  return `${name}-consumer`
}

/** Who may reach the admin port according to a live policy; undefined when everybody may. */
export function scrapersOf (found: KubeObject | undefined): readonly NetworkPeer[] | undefined {
  const { ingress = [] } = (found?.['spec'] ?? {}) as { ingress?: readonly { from?: readonly NetworkPeer[], ports?: readonly { port?: unknown }[] }[] }

  return ingress.find(({ ports }) => ports?.some(({ port }) => port === ADMIN_PORT))?.from
}

// Everybody may connect to a passive node: it exists to be found by strangers.
function forPeers (ports: ReturnType<typeof passivePorts>): IngressRule[] {
  return ports.length === 0 ? [] : [{ ports: ports.map(({ port, protocol }) => ({ port, protocol })) }]
}

function policy (probe: ClusterProbe, { name, labels, ...spec }: PolicyPlan): Desired {
  return owned(KINDS.networkPolicy, probe, name, { labels, spec: { ...spec, policyTypes: ['Ingress', 'Egress'] } })
}
