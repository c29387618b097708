// The order of the test files on real servers: a long file that starts last would keep one core idle until it ends.

/** Seconds that each slow file takes in the whole run on two cores. Only the order matters, so the figures need not be up to date. */
export const SECONDS: Readonly<Record<string, number>> = {
  'test/system/cluster/alerts.test.ts': 420,
  'test/system/monitoring/operator-alerts.test.ts': 265,
  'test/system/node/causes.test.ts': 240,
  'test/system/node/chaos.test.ts': 240,
  'test/system/node/first-day.test.ts': 240,
  'test/system/node/upgrade.test.ts': 240,
  'test/system/monitoring/job-alerts.test.ts': 240,
  'test/system/cluster/running-pods.test.ts': 200,
  'test/system/monitoring/network-alerts.test.ts': 145,
  'test/system/lane-residue.test.ts': 140,
  'test/system/cluster/operator.test.ts': 140,
  'test/system/data-faults.test.ts': 115,
  'test/system/cluster/installed-chart.test.ts': 110,
  'test/system/cluster/kubectl.test.ts': 100,
  'test/system/monitoring/dashboards.test.ts': 100,
  'test/system/cluster/examples.test.ts': 90,
  'test/system/mysql-store.test.ts': 85,
  'test/system/mysql-settings.test.ts': 80,
  'test/system/kafka-faults.test.ts': 70,
  'test/system/cluster/tutorial.test.ts': 68,
  'test/system/cluster/missing-parts.test.ts': 65,
  'test/system/kafka-poison.test.ts': 65,
  'test/system/confirmation.test.ts': 65,
  'test/system/monitoring/live-metrics.test.ts': 64,
  'test/system/cluster/upgrade.test.ts': 60,
  'test/system/cluster/chart-values.test.ts': 56,
  'test/system/connection-slots.test.ts': 56,
  'test/system/go-devnet.test.ts': 54,
  'test/system/visit-residue.test.ts': 53,
  'test/system/victim-attack.test.ts': 50,
  'test/system/cluster/strimzi-kafka.test.ts': 45,
  'test/system/kafka-processes.test.ts': 40,
  'test/system/local-run.test.ts': 36,
  'test/system/monitoring/alert-rules.test.ts': 34,
  'test/system/cluster/api-faults.test.ts': 32
}

/** Files that take less than half of a core: they wait for durations of alerts, for watches and for time limits. */
export const WAITING: ReadonlySet<string> = new Set([
  'test/system/cluster/alerts.test.ts',
  'test/system/monitoring/operator-alerts.test.ts',
  'test/system/monitoring/network-alerts.test.ts',
  'test/system/monitoring/job-alerts.test.ts',
  'test/system/kafka-poison.test.ts',
  'test/system/confirmation.test.ts',
  'test/system/passive-mute.test.ts'
])

/** Whether a file uses all cores: a node that starts its pods does. Two at the same time would take as long, and disturb all others more. */
export function isGreedy (file: string): boolean {
  return file.startsWith('test/system/node/')
}

/** For a file that is not in the table. */
const USUAL_SECONDS = 20

/** Files by duration, the longest first; equal ones by name. */
export function longestFirst (files: readonly string[]): string[] {
  const seconds = (file: string): number => SECONDS[file] ?? USUAL_SECONDS

  return files.toSorted((a, b) => seconds(b) - seconds(a) || (a < b ? -1 : 1))
}
