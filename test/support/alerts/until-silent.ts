import type { Prometheus } from '../servers/prometheus.ts'

/** Waits until no alert has fired for some seconds. Where durations of rules are shorter than they are, a busy machine may fire some at first. */
export async function untilSilent (prometheus: Prometheus, seconds: number, limitMs?: number): Promise<void> {
  const firing = `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${String(seconds)}s]))`
  let names: string[] = []

  await prometheus.waitFor(firing, (samples) => {
    names = samples.map(({ labels }) => labels['alertname'] ?? '')

    return names.length === 0
  }, limitMs).catch((cause: unknown) => {
    throw new TypeError(`${names.join()} fire where all is well`, { cause })
  })
}
