import { ProbeError } from '../../../core/errors.ts'
import { CRAWL_NOW, CRAWL_NOW_OF, crawlRequestsOf } from '../../model/crawl-now.ts'
import { PAUSE } from '../../reconcile/paused.ts'
import type { ClusterSpec } from '../../model/probe/cluster-probe.ts'
import type { KubeObject } from '../../runtime/kube-object.ts'

/** A crawl to ask for. */
export interface CrawlOrder {
  /** Annotation of the PeerProbe. */
  annotation: string

  /** Its value, RFC 3339: later than what was asked for before, whatever the clocks of those who asked say. */
  requestedAt: string

  /** The scans that it makes crawl. */
  scans: string[]
}

/**
 * What to set on a PeerProbe so that a scan, or every scan that crawls, crawls at once.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` where nothing would come of it, with the field and the way out
 */
export function crawlOrder (probe: KubeObject, scan: string | undefined, nowMs: number): CrawlOrder {
  const { metadata } = probe
  const { scans = [] } = specOf(probe)
  const crawling = scans.filter(({ name, active }) => active.enabled && (scan === undefined || name === scan)).map(({ name }) => name)
  const refusal = whyNobodyCrawls(probe) ?? (crawling.length > 0 ? undefined : whyNoScan(specOf(probe), scan))

  if (refusal !== undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `PeerProbe ${metadata.namespace ?? ''}/${metadata.name}: ${refusal}`)
  }

  const asked = crawlRequestsOf(metadata, scans).requestedAt
  const before = crawling.flatMap(name => asked.get(name) ?? []).map(time => Date.parse(time) + 1)
  const annotation = scan === undefined ? CRAWL_NOW : `${CRAWL_NOW_OF}${scan}`

  return { annotation, requestedAt: new Date(Math.max(nowMs, ...before)).toISOString(), scans: crawling }
}

function whyNobodyCrawls (probe: KubeObject): string | undefined {
  const { name, annotations, deletionTimestamp } = probe.metadata

  if (deletionTimestamp !== undefined) {
    return 'metadata.deletionTimestamp is set: it is being deleted'
  }
  if (annotations?.[PAUSE] === 'true') {
    return `annotation ${PAUSE} is true, so the operator passes nothing on: remove it first (kubectl annotate peerprobe ${name} ${PAUSE}-)`
  }

  return specOf(probe).suspend === true ? 'spec.suspend is true, so no crawler runs: set it to false; each crawler then begins with a crawl' : undefined
}

function whyNoScan ({ scans = [] }: Partial<ClusterSpec>, scan: string | undefined): string {
  if (scan === undefined) {
    return 'no scan of spec.scans has active.enabled: none crawls'
  }

  return scans.some(({ name }) => name === scan)
    ? `spec.scans: scan ${scan} does not crawl: its active.enabled is false`
    : `spec.scans has no scan ${scan}; it has: ${scans.map(({ name }) => name).join(', ')}`
}

function specOf (probe: KubeObject): Partial<ClusterSpec> {
  return (probe['spec'] ?? {})
}
