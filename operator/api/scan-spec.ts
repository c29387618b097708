import { z } from 'zod'
import { NEIGHBOURS_NEED_TOPOLOGY, Scan, ScanNetwork } from '../../core/contracts/scan.ts'
import { CrawlerPodSpec } from './pod-spec.ts'
import { ObjectName } from './references.ts'
import { durationRule, valueAt, withRules } from './rules.ts'
import type { Rule } from './rules.ts'

// The schema of ScanNetwork checks these when it parses; the API server needs them as CEL.
const networkRules: readonly Rule[] = [
  { cel: 'has(self.preset) != (has(self.name) || has(self.bootstrapPeers))', path: [], message: 'give either preset, or name and bootstrapPeers' },
  { cel: 'has(self.preset) || has(self.name) == has(self.bootstrapPeers)', path: [], message: 'a custom network needs name and bootstrapPeers' },
  { cel: '!has(self.preset) || !has(self.protocols)', path: ['protocols'], message: 'a preset has its own protocols' }
]

const scanRules: readonly Rule[] = [
  {
    cel: 'self.active.enabled || self.passive.enabled',
    path: ['active', 'enabled'],
    message: 'a scan needs active.enabled or passive.enabled',
    holds: scan => valueAt(scan, ['active', 'enabled']) !== false || valueAt(scan, ['passive', 'enabled']) !== false
  },
  {
    cel: '!self.active.neighbours || self.active.strategy == \'Topology\'',
    path: ['active', 'neighbours'],
    message: NEIGHBOURS_NEED_TOPOLOGY,
    holds: scan => valueAt(scan, ['active', 'neighbours']) !== true || valueAt(scan, ['active', 'strategy']) === 'Topology'
  },
  {
    cel: '!self.passive.mdns || self.passive.enabled',
    path: ['passive', 'mdns'],
    message: 'needs passive.enabled',
    holds: scan => valueAt(scan, ['passive', 'mdns']) !== true || valueAt(scan, ['passive', 'enabled']) !== false
  },
  {
    cel: '!self.passive.enabled || has(self.network.preset) || has(self.network.protocols)',
    path: ['network', 'protocols'],
    message: 'the passive node needs the DHT protocol that it serves: give protocols, or passive.enabled: false',
    holds: scan => valueAt(scan, ['passive', 'enabled']) === false
      || ['preset', 'protocols'].some(field => valueAt(scan, ['network', field]) !== undefined)
      || valueAt(scan, ['network', 'bootstrapPeers']) === undefined
  },
  {
    cel: '!self.passive.mdns || self.pod.hostNetwork',
    path: ['passive', 'mdns'],
    message: 'needs pod.hostNetwork: multicast does not cross a pod network'
  },
  {
    cel: '!self.passive.enabled || (self.passive.port != 9090 && self.passive.port != 9089)',
    path: ['passive', 'port'],
    message: 'must not be 9089 or 9090: the passive node also uses the next port, for WebSocket, and the admin server of the pod uses 9090'
  },
  // Timers of a JavaScript process end at 2^31 ms, about 24 days.
  durationRule(['active', 'interval'], { min: '1s', max: '480h' }),
  durationRule(['active', 'maxDuration'], { min: '1s', max: '480h' }),
  durationRule(['active', 'dialTimeout'], { min: '100ms', max: '2m' }),
  durationRule(['active', 'visitTimeout'], { min: '100ms', max: '10m' })
]

/** One scan of a PeerProbe: the configuration of the crawler process, and how the cluster runs it. */
export const ScanSpec = withRules(z.strictObject({
  ...Scan.shape,
  network: withRules(ScanNetwork, 'The network to crawl.', networkRules),
  storage: z.strictObject({
    claim: ObjectName.describe('Name of a PersistentVolumeClaim in the same namespace. In a cluster the claim must allow its use: label peerprobe.dev/use: "true", or annotation peerprobe.dev/allowed-probes.')
  }).optional().describe('Keeps known peers when the crawler moves to another node; without a volume the crawler learns them again.'),
  pod: CrawlerPodSpec
}), 'One scan of one network; one crawler runs it.', scanRules)

/** {@inheritDoc ScanSpec} */
export type ScanSpec = z.output<typeof ScanSpec>
