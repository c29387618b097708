/**
 * Which series a panel takes: those of the chosen namespaces, PeerProbes and scans. The labels are those that the
 * operator's PodMonitors give (`operator/model/monitor.ts`).
 */
import type { PanelQuery } from '../grafana/panel-spec.ts'

/** Labels of one scan. */
export const SCAN_LABELS = 'namespace, peerprobe_dev_probe, peerprobe_dev_scan'

/** Labels of one PeerProbe. */
export const PROBE_LABELS = 'namespace, peerprobe_dev_probe'

/** Labels of one PeerProbe in the operator's series. */
export const RESOURCE_LABELS = 'namespace, name'

/** Name of a scan in a legend. */
export const SCAN_LEGEND = '{{namespace}}/{{peerprobe_dev_probe}}/{{peerprobe_dev_scan}}'

/** Name of a PeerProbe in a legend. */
export const PROBE_LEGEND = '{{namespace}}/{{peerprobe_dev_probe}}'

/** Name of a PeerProbe in a legend, of the operator's series. */
export const RESOURCE_LEGEND = '{{namespace}}/{{name}}'

/** The chosen scans, in the operator's series of scans. */
export const SCAN_MATCHER = 'scan=~"$scan"'

/** Series of crawlers: of the chosen scans. */
export function crawlerSeries (metric: string, ...more: string[]): string {
  return series(metric, ['namespace=~"$namespace"', 'peerprobe_dev_probe=~"$probe"', 'peerprobe_dev_scan=~"$scan"', ...more])
}

/** Series of consumers: of the chosen PeerProbes. */
export function consumerSeries (metric: string, ...more: string[]): string {
  return series(metric, ['namespace=~"$namespace"', 'peerprobe_dev_probe=~"$probe"', ...more])
}

/** Series that the operator has for each PeerProbe: of those chosen. */
export function resourceSeries (metric: string, ...more: string[]): string {
  return series(metric, ['namespace=~"$namespace"', 'name=~"$probe"', ...more])
}

function series (metric: string, matchers: readonly string[]): string {
  return `${metric}{${matchers.join(', ')}}`
}

/** Lines below which a share of what a histogram counts lies, of the series of its buckets. */
export function quantiles (buckets: string, shares: readonly (readonly [share: number, name: string])[]): PanelQuery[] {
  return shares.map(([share, legend]) => ({ expr: `histogram_quantile(${String(share)}, sum by (le) (rate(${buckets}[$__rate_interval])))`, legend }))
}
