/**
 * `npm run test:unit`: all unit tests, in two halves side by side. Most tests share one process,
 * since starting a process for each file costs more than the tests. In rooms whose tests send
 * signals, change exit codes or start children, each file has its own process.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

const HALVES = [
  ['--test-isolation=none', 'test/{crawler,consumer,operator,helm,repo,scripts}/**/*.test.ts'],
  ['--test-concurrency=2', 'test/{core,local}/**/*.test.ts']
]

const results = await Promise.all(HALVES.map(run))

for (const { output } of results) {
  process.stdout.write(output)
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1

async function run (args: string[]): Promise<{ code: number | null, output: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []

  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  }

  const [code] = await once(child, 'close') as [number | null]
  return { code, output: Buffer.concat(chunks).toString() }
}
