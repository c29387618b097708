// What the Prometheus operator makes of PodMonitors: each pod with the port is a target, with the labels that its
// relabelling gives (prometheus-operator, pkg/prometheus/promcfg.go).
import { z } from 'zod'
import type { ControlPlane } from '../servers/control-plane.ts'
import type { ScrapeTarget } from '../servers/prometheus.ts'

const Metadata = z.object({
  namespace: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  deletionTimestamp: z.string().optional()
})

const Monitors = z.object({ items: z.object({
  metadata: Metadata,
  spec: z.object({
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    podTargetLabels: z.array(z.string()).default([]),
    podMetricsEndpoints: z.array(z.strictObject({ port: z.string(), path: z.literal('/metrics'), honorLabels: z.boolean().default(false) }))
  })
}).array() })

const Port = z.object({ name: z.string().optional(), containerPort: z.number() })
const Container = z.object({ name: z.string(), ports: Port.array().default([]) })

const Pods = z.object({ items: z.object({
  metadata: Metadata,
  spec: z.object({ containers: Container.array() }),
  status: z.object({ phase: z.string(), podIP: z.string().optional() })
}).array() })

type Monitor = z.output<typeof Monitors>['items'][number]
type Pod = z.output<typeof Pods>['items'][number]

/** All PodMonitors of a cluster. */
export async function monitorsOf (plane: ControlPlane): Promise<Monitor[]> {
  return Monitors.parse(await plane.get('podmonitors', '-A')).items
}

/** The targets of all PodMonitors of a cluster, of the pods that run now. */
export async function podTargets (plane: ControlPlane): Promise<ScrapeTarget[]> {
  const monitors = await monitorsOf(plane)
  const pods = Pods.parse(await plane.get('pods', '-A')).items

  return monitors.flatMap(monitor => pods.filter(pod => selects(monitor, pod)).flatMap(pod => targetsOf(monitor, pod)))
}

function selects ({ metadata, spec: { selector: { matchLabels } } }: Monitor, pod: Pod): boolean {
  return pod.metadata.namespace === metadata.namespace && Object.entries(matchLabels).every(([label, value]) => pod.metadata.labels[label] === value)
}

function targetsOf ({ metadata, spec }: Monitor, pod: Pod): ScrapeTarget[] {
  const { phase, podIP } = pod.status

  if (podIP === undefined || phase !== 'Running' || pod.metadata.deletionTimestamp !== undefined) {
    return []
  }

  return spec.podMetricsEndpoints.flatMap(({ port, honorLabels }) => pod.spec.containers.flatMap((container) => {
    const number = container.ports.find(({ name }) => name === port)?.containerPort
    const labels = {
      namespace: pod.metadata.namespace,
      pod: pod.metadata.name,
      container: container.name,
      endpoint: port,
      job: `${metadata.namespace}/${metadata.name}`,
      ...Object.fromEntries(spec.podTargetLabels.flatMap(label => pod.metadata.labels[label] === undefined ? [] : [[label.replaceAll(/[^a-zA-Z0-9_]/g, '_'), pod.metadata.labels[label]]]))
    }

    return number === undefined ? [] : [{ address: `${podIP}:${String(number)}`, labels, honorLabels }]
  }))
}
