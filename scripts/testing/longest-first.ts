// The order of the test files on real servers: a long file that starts last would keep one core idle until it ends.

/** Seconds that each slow file takes alone on two cores. Only the order matters, so the figures need not be up to date. */
export const SECONDS: Readonly<Record<string, number>> = {
  'test/system/mysql-store.test.ts': 155,
  'test/system/cluster/running-pods.test.ts': 150,
  'test/system/cluster/operator.test.ts': 180,
  'test/system/data-faults.test.ts': 110,
  'test/system/kafka-faults.test.ts': 100,
  'test/system/lane-residue.test.ts': 90,
  'test/system/cluster/strimzi-kafka.test.ts': 90,
  'test/system/cluster/installed-chart.test.ts': 80,
  'test/system/kubo.test.ts': 70,
  'test/system/cluster/missing-parts.test.ts': 70,
  'test/system/cluster/upgrade.test.ts': 60,
  'test/system/cluster/reported-causes.test.ts': 60,
  'test/system/local-kill.test.ts': 50,
  'test/system/visit-residue.test.ts': 60,
  'test/system/standstill.test.ts': 45,
  'test/system/victim-attack.test.ts': 40,
  'test/system/go-devnet.test.ts': 40,
  'test/system/cluster/api-faults.test.ts': 40,
  'test/system/cluster/operator-kill.test.ts': 36
}

/** For a file that is not in the table. */
const USUAL_SECONDS = 20

/** Files by duration, the longest first; equal ones by name. */
export function longestFirst (files: readonly string[]): string[] {
  const seconds = (file: string): number => SECONDS[file] ?? USUAL_SECONDS

  return files.toSorted((a, b) => seconds(b) - seconds(a) || (a < b ? -1 : 1))
}
