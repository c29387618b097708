import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../../core/process/run-command.ts'

const path = (name: string): string => fileURLToPath(new URL(`../../../core/${name}.ts`, import.meta.url))

async function run (body: string): Promise<{ code: unknown, stderr: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, argumentsFor(body), (err, _, stderr) => {
      resolve({ code: err === null ? 0 : err.code, stderr })
    })
  })
}

// Into a file, or a pipe whose reader has gone.
async function runInto (stdout: 'pipe' | number, body: string): Promise<{ code: unknown, stderr: string }> {
  const child = spawn(process.execPath, argumentsFor(body), { stdio: ['ignore', stdout, 'pipe'] })
  child.stdout?.destroy()
  const [stderr, ended] = await Promise.all([text(child.stderr!), once(child, 'close') as Promise<unknown[]>])

  return { code: ended[0], stderr }
}

function argumentsFor (body: string): string[] {
  const script = `
    import { runCommand } from ${JSON.stringify(path('process/run-command'))}
    import { systemClock } from ${JSON.stringify(path('time/clock'))}
    import { sleep } from ${JSON.stringify(path('time/sleep'))}
    import { ProbeError } from ${JSON.stringify(path('errors'))}
    await runCommand(async (signal) => { ${body} }, { stopTimeoutMs: 1_000, onFailure: () => { process.stderr.write('cleared ') } })`

  return ['--input-type=module-typescript', '--eval', script]
}

suite('runCommand', () => {
  test('does its work with a signal that a stop would abort', async () => {
    const signals: AbortSignal[] = []
    await runCommand(async (signal) => {
      await Promise.resolve(signals.push(signal))
    }, { stopTimeoutMs: 1_000 })

    assert.deepEqual(signals.map(({ aborted }) => aborted), [false])
  })

  test('tells a failure in one text with its code, and exits as the code asks', async () => {
    assert.deepEqual(await run('throw new ProbeError("PP_CONFIG_INVALID", "--to: wrong")'), { code: 64, stderr: 'cleared peerprobe: --to: wrong (PP_CONFIG_INVALID)\n' })
    assert.equal((await run('throw new ProbeError("PP_BUS_UNAVAILABLE", "down")')).code, 1)
  })

  test('shows where a fault of the program came from', async () => {
    assert.match((await run('undefined.x')).stderr, /^cleared peerprobe: TypeError: [^\n]+\n {4}at /)
  })

  test('ends in silence when it was stopped', async () => {
    assert.deepEqual(await run('process.kill(process.pid, "SIGTERM"); await sleep(systemClock, 60_000, signal)'), { code: 0, stderr: 'cleared ' })
  })

  test('stops in order and in silence when nobody reads its output any more', async () => {
    const script = 'process.stdout.write("x"); await sleep(systemClock, 60_000, signal).finally(() => process.stderr.write("stopped "))'

    assert.deepEqual(await runInto('pipe', script), { code: 0, stderr: 'stopped cleared ' })
  })

  test('says that its output cannot be written, and fails', async () => {
    const { code, stderr } = await runInto(openSync('/dev/full', 'w'), 'process.stdout.write("x"); await sleep(systemClock, 60_000, signal)')

    assert.equal(code, 1)
    assert.match(stderr, /^peerprobe: standard output cannot be written: ENOSPC[^\n]+\ncleared $/)
  })
})
