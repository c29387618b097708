/** Where the documents are. The chart puts another address in its place: `dashboards.docsBaseUrl`. */
export const DOCUMENTS = 'https://peerprobe.dev/docs'

/** Where the reference page explains a metric. */
export function metricPage (metric: string): string {
  return `${DOCUMENTS}/reference/metrics.md#${metric}`
}
