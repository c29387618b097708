import type { Registry } from '../../core/process/metrics.ts'

/** How many series a page has of each metric: those of a histogram are its buckets, its sum and its count. */
export async function seriesOf (registry: Registry): Promise<Map<string, number>> {
  const lines = (await registry.metrics()).split('\n')
  const counts = new Map<string, number>()
  let metric = ''

  for (const line of lines.filter(text => text !== '')) {
    if (line.startsWith('#')) {
      metric = line.split(' ')[2] ?? ''
      counts.set(metric, counts.get(metric) ?? 0)
    } else {
      counts.set(metric, (counts.get(metric) ?? 0) + 1)
    }
  }

  return counts
}

/** The value of a series, as a page writes it: `name{a="1",b="2"}`. */
export async function valueOf (registry: Registry, series: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split('\n').find(text => text.startsWith(`${series} `))

  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
