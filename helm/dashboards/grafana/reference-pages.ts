const DOCUMENTS = 'https://peerprobe.dev/docs'

/** Where the reference page explains a metric. */
export function metricPage (metric: string): string {
  return `${DOCUMENTS}/reference/metrics.md#${metric}`
}
