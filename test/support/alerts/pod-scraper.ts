// A Prometheus that scrapes what the PodMonitors of a cluster ask for, with the labels that the Prometheus operator gives to
// targets, and follows pods as they come and go.
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Prometheus } from '../servers/prometheus.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { ClusterRig } from '../cluster/cluster-rig.ts'
import type { ScrapeTarget } from '../servers/prometheus.ts'

interface Pod extends KubeObject {
  spec: { containers: { name: string, ports?: { name?: string, containerPort: number }[] }[] }
  status?: { podIP?: string, phase?: string }
}

interface PodMonitor extends KubeObject {
  spec: {
    selector: { matchLabels: Record<string, string> }
    podTargetLabels?: string[]
    podMetricsEndpoints: { port: string, honorLabels?: boolean }[]
  }
}

const LOOK_MS = 500

/** See the head of this file. */
export class PodScraper implements AsyncDisposable {
  readonly prometheus: Prometheus
  readonly #rig: ClusterRig
  readonly #stop = new AbortController()
  #targets: readonly ScrapeTarget[] = []
  #following: Promise<void> = Promise.resolve()

  private constructor (rig: ClusterRig, prometheus: Prometheus) {
    this.#rig = rig
    this.prometheus = prometheus
  }

  /** Starts it; resolves when it has looked at every pod that is there. */
  static async open (rig: ClusterRig): Promise<PodScraper> {
    const scraper = new PodScraper(rig, await Prometheus.open())
    await scraper.#look()
    scraper.#following = scraper.#follow()

    return scraper
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    this.#stop.abort()

    try {
      await this.#following
    } finally {
      await this.prometheus[Symbol.asyncDispose]()
    }
  }

  async #follow (): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#look()
      await delay(LOOK_MS)
    }
  }

  async #look (): Promise<void> {
    const { plane } = this.#rig
    const [monitors, pods] = await Promise.all([plane.get<{ items: PodMonitor[] }>('podmonitor', '-A'), plane.get<{ items: Pod[] }>('pods', '-A')])
    const targets = monitors.items.flatMap(monitor => pods.items.flatMap(pod => targetsOf(monitor, pod)))

    if (!isDeepStrictEqual(targets, this.#targets)) {
      this.#targets = targets
      await this.prometheus.setTargets(targets)
    }
  }
}

function targetsOf ({ metadata: { namespace = '', name }, spec: { selector, podTargetLabels = [], podMetricsEndpoints } }: PodMonitor, pod: Pod): ScrapeTarget[] {
  const { metadata, spec: { containers: [container] }, status: { podIP, phase } = {} } = pod
  const isSelected = Object.entries(selector.matchLabels).every(([label, value]) => metadata.labels?.[label] === value)

  if (metadata.namespace !== namespace || !isSelected || podIP === undefined || phase !== 'Running' || metadata.deletionTimestamp !== undefined) {
    return []
  }

  const { labels = {} } = metadata
  const ofPod = Object.fromEntries(podTargetLabels.flatMap(label => labels[label] === undefined ? [] : [[label.replace(/[^a-zA-Z0-9_]/g, '_'), labels[label]]]))

  return podMetricsEndpoints.flatMap(({ port, honorLabels = false }) => {
    const ports = (container?.ports ?? []).filter(({ name: portName }) => portName === port)

    return ports.map(({ containerPort }) => ({
      address: `${podIP}:${String(containerPort)}`,
      labels: { namespace, pod: metadata.name, container: container?.name ?? '', endpoint: port, job: `${namespace}/${name}`, ...ofPod },
      honorLabels
    }))
  })
}
