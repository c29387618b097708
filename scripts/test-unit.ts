/** `npm run test:unit`: all unit tests, its parts side by side. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { UNIT_PARTS } from './testing/unit-parts.ts'

const results = await Promise.all(UNIT_PARTS.map(run))

for (const { output } of results) {
  process.stdout.write(output)
}
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1

async function run (args: readonly string[]): Promise<{ code: number | null, output: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []

  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  }

  const [code] = await once(child, 'close') as [number | null]
  return { code, output: Buffer.concat(chunks).toString() }
}
