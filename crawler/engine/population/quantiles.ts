/** Median, 90th and 99th percentile. */
export interface Quantiles { p50: number, p90: number, p99: number }

/** Quantiles by nearest rank: each is one of the values. Undefined if there are no values. */
export function quantiles (values: readonly number[]): Quantiles | undefined {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0

  return sorted.length === 0 ? undefined : { p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}
