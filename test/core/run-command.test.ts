import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../core/run-command.ts'

const path = (name: string): string => fileURLToPath(new URL(`../../core/${name}.ts`, import.meta.url))

async function run (body: string): Promise<{ code: unknown, stderr: string }> {
  const script = `
    import { runCommand } from ${JSON.stringify(path('run-command'))}
    import { sleep } from ${JSON.stringify(path('signals'))}
    import { ProbeError } from ${JSON.stringify(path('errors'))}
    await runCommand(async (signal) => { ${body} }, { stopTimeoutMs: 1_000, onFailure: () => { process.stderr.write('cleared ') } })`

  return await new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module-typescript', '--eval', script], (err, _, stderr) => {
      resolve({ code: err === null ? 0 : err.code, stderr })
    })
  })
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
    assert.deepEqual(await run('process.kill(process.pid, "SIGTERM"); await sleep(60_000, signal)'), { code: 0, stderr: 'cleared ' })
  })
})
