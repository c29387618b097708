import { probeReport } from '../../../operator/commands/status/probe-report.ts'
import { statusText } from '../../../operator/commands/status/status-text.ts'
import { Reconciler } from '../../../operator/reconcile/reconciler.ts'
import { probeObject } from './cluster-probe.ts'
import { FakeCluster } from './fake-cluster.ts'
import type { Condition } from '../../../operator/reconcile/conditions/conditions.ts'

/** Key of its PeerProbe. */
export const KEY = 'lab/amino'

/** The Secret of its database. */
export const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'lab', name: 'mysql', resourceVersion: '7', labels: { 'peerprobe.dev/use': 'true' } }, data: { username: 'dQ==', password: 'cA==' } }

const { signal } = new AbortController()

/** A PeerProbe in a fake cluster. */
export interface ReconcilerRig {
  cluster: FakeCluster
  reconciler: Reconciler
  ready: () => Condition | undefined
  status: () => Record<string, unknown>
  converge: () => Promise<void>
}

/** A reconciler with one PeerProbe `lab/amino`, and the Secret of its database. */
export function reconcilerRig (spec: object = {}, metadata: object = {}): ReconcilerRig {
  const cluster = new FakeCluster()
  cluster.put(SECRET)
  cluster.store('PeerProbe').set(probeObject(spec, metadata))
  const reconciler = new Reconciler(cluster.deps())
  const status = (): Record<string, unknown> => (cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })?.['status'] ?? {}) as Record<string, unknown>

  return {
    cluster,
    reconciler,
    status,
    ready: () => (status()['conditions'] as Condition[] | undefined)?.find(({ type }) => type === 'Ready'),
    converge: async () => {
      for (let i = 0; i < 6; i++) {
        await reconciler.reconcile(KEY, signal)
        cluster.settle()
      }
    }
  }
}

/** What `kubectl peerprobe status` shows of it. */
export function statusTextIn (cluster: FakeCluster): string {
  return statusText(probeReport(cluster.store('PeerProbe').get({ namespace: 'lab', name: 'amino' })!, [], 0), 0)
}
