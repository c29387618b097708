/**
 * `npm run test:system`, `npm run test:cluster` and `npm run test:node`: the tests on real servers of one part, as `npm test` runs them;
 * `-- TEXT…` selects the files whose paths contain one of the texts.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runServerTests, SERVER_PARTS } from './testing/server-tests.ts'
import { isGreen, summaryOf } from './testing/summary.ts'
import type { ServerPart } from './testing/server-tests.ts'

const [part = '', ...patterns] = process.argv.slice(2)
const requireAll = process.env['PEERPROBE_REQUIRE_ALL'] === '1'

if (Object.hasOwn(SERVER_PARTS, part)) {
  const logs = mkdtempSync(join(tmpdir(), 'peerprobe-test-'))
  process.env['NODE_COMPILE_CACHE'] ??= join(logs, 'compiled') // as npm test does
  say(`logs in ${logs}`)
  const verdicts = await runServerTests({ parts: [part as ServerPart], patterns, logOf: name => join(logs, `${name}.log`), say })
  summaryOf(verdicts, requireAll).forEach(say)
  process.exitCode = isGreen(verdicts, requireAll) ? 0 : 1
} else {
  say(`no part is called ${part}: there are ${Object.keys(SERVER_PARTS).join(' and ')}`)
  process.exitCode = 64
}

function say (text: string): void {
  process.stdout.write(`${text}\n`)
}
