/**
 * Which series a panel takes: those of the chosen namespaces, PeerProbes and scans. The labels are those that the
 * operator's PodMonitors give (`operator/model/monitor.ts`).
 */

/** Labels of one scan. */
export const SCAN_LABELS = 'namespace, peerprobe_dev_probe, peerprobe_dev_scan'

/** Labels of one PeerProbe. */
export const PROBE_LABELS = 'namespace, peerprobe_dev_probe'

/** Name of a scan in a legend. */
export const SCAN_LEGEND = '{{namespace}}/{{peerprobe_dev_probe}}/{{peerprobe_dev_scan}}'

/** Name of a PeerProbe in a legend. */
export const PROBE_LEGEND = '{{namespace}}/{{peerprobe_dev_probe}}'

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
