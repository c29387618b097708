// The parts of the unit tests, which run side by side: the crawler's take about as long as all others.

/** Arguments of the test runner for each part. The last is a glob of its files. */
export const UNIT_PARTS: readonly (readonly [string, string])[] = [
  // Starting a process for each file costs more than its tests.
  ['--test-isolation=none', 'test/crawler/**/*.test.ts'],
  ['--test-isolation=none', 'test/{consumer,operator,helm,repo,scripts}/**/*.test.ts'],
  // These send signals, change exit codes or start children: each file has its own process.
  ['--test-concurrency=1', 'test/{cli,core,local}/**/*.test.ts']
]
