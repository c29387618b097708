import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { isProbeError } from '../../core/errors.ts'
import { SupervisedChild } from '../../local/supervised-child.ts'

const signal = new AbortController().signal

// A process that answers /status as a component does.
const SERVER = `
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end(JSON.stringify({ pid: process.pid, config: process.env.PEERPROBE_CONFIG })))
server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', adminPort: server.address().port }))
process.on('SIGTERM', () => { console.log('drained'); process.exit(0) })
`

async function withScript (source: string, run: (spec: ConstructorParameters<typeof SupervisedChild>[0]) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'peerprobe-child-'))

  try {
    await writeFile(join(folder, 'main.mjs'), source)
    await run({ name: 'crawler main', entry: join(folder, 'main.mjs'), configPath: join(folder, 'config.json'), logPath: join(folder, 'main.log'), lastWordsPath: join(folder, 'main.last-words') })
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function statusOf (child: SupervisedChild, isWanted: (status: { pid: number }) => boolean = () => true): Promise<{ pid: number, config: string }> {
  for (;;) {
    const status = (await child.status(signal))?.status as { pid: number, config: string } | undefined

    if (status !== undefined && isWanted(status)) {
      return status
    }
    await new Promise(resolve => setImmediate(resolve))
  }
}

suite('SupervisedChild', () => {
  test('passes the configuration, reads the status, and stops its child by SIGTERM', () => withScript(SERVER, async (spec) => {
    {
      await using child = new SupervisedChild(spec, { onRestart: () => undefined })
      assert.equal((await statusOf(child)).config, spec.configPath)
    }
    assert.match(await readFile(spec.logPath, 'utf8'), /drained/)
  }))

  test('restarts a killed child and reports why it ended', () => withScript(SERVER, async (spec) => {
    const restarts: string[] = []
    await using child = new SupervisedChild(spec, { onRestart: ({ cause }) => restarts.push(cause) })
    const { pid } = await statusOf(child)
    process.kill(pid, 'SIGKILL')
    const next = await statusOf(child, status => status.pid !== pid)

    assert.notEqual(next.pid, pid)
    assert.deepEqual(restarts, ['signal SIGKILL'])
  }))

  test('does not restart a child whose configuration is wrong', () => withScript('process.exit(64)', async (spec) => {
    await using child = new SupervisedChild(spec, { onRestart: () => assert.fail('restarted') })
    await assert.rejects(child.ended, err => isProbeError(err, 'PP_CHILD_FAILED') && err.message.includes(spec.logPath))
  }))

  test('kills a child that does not stop', () => withScript(SERVER.replace('process.exit(0)', ''), async (spec) => {
    const child = new SupervisedChild(spec, { onRestart: () => undefined, stopTimeoutMs: 50 })
    const { pid } = await statusOf(child)
    await child[Symbol.asyncDispose]()

    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
  }))

  test('returns the last status and its age while its child is slow to answer', () => withScript(SERVER, async (spec) => {
    await using child = new SupervisedChild(spec, { onRestart: () => undefined })
    const { pid } = await statusOf(child)
    process.kill(pid, 'SIGSTOP')
    const late = await child.status(signal)
    process.kill(pid, 'SIGCONT')

    assert.equal((late?.status as { pid: number }).pid, pid)
    assert.ok((late?.ageMs ?? 0) > 0)
    assert.equal((await child.status(signal))?.ageMs, 0)
  }))

  test('gives up a child that fails at each start, with its last error', () => withScript('', async (spec) => {
    const path = JSON.stringify(spec.lastWordsPath)
    await writeFile(spec.entry, `import { writeFileSync } from 'node:fs'; writeFileSync(${path}, 'PP_X: no\u001B database'); process.exit(1)`)
    const causes: string[] = []
    await using child = new SupervisedChild(spec, { onRestart: ({ cause }) => causes.push(cause), maxFailedStarts: 2 })

    await assert.rejects(child.ended, err =>
      isProbeError(err, 'PP_CHILD_FAILED') && err.message.includes('failed 2 times in a row, last with exit code 1: PP_X: no\\u{1b} database'))
    assert.deepEqual(causes, ['exit code 1: PP_X: no\\u{1b} database'])
  }))
})
