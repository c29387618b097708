interface Tests { passed?: number, failed?: readonly string[], cancelled?: number, skipped?: number }

/** What the `spec` reporter of Node 24 prints at its end. */
export function printed ({ passed = 0, failed = [], cancelled = 0, skipped = 0 }: Tests): string {
  const tests = passed + failed.length + cancelled + skipped
  const counts = { tests, suites: 1, pass: passed, fail: failed.length, cancelled, skipped, todo: 0, duration_ms: 12 }
  const list = failed.map(name => `\ntest at file.test.ts:1:1\n✖ ${name} (1.5ms)\n  AssertionError: of ${name}\n  ✖ printed by it (2ms)\n`)

  return `${Object.entries(counts).map(([word, n]) => `ℹ ${word} ${String(n)}\n`).join('')}${failed.length > 0 ? `\n✖ failing tests:\n${list.join('')}` : ''}`
}
