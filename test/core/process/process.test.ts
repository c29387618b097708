import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../core/errors.ts'
import { createLogger } from '../../../core/process/logger.ts'
import { exitCodeOf, runProcess } from '../../../core/process/process.ts'

const log = createLogger({ level: 'silent' })
const options = { log, stopTimeoutMs: 10_000 }

suite('runProcess', () => {
  test('releases resources in reverse order when SIGTERM arrives', async () => {
    const events: string[] = []
    const resource = (name: string): AsyncDisposable => ({
      async [Symbol.asyncDispose] () {
        events.push(`close ${name}`)
      }
    })

    const running = runProcess(async (signal) => {
      await using stack = new AsyncDisposableStack()
      stack.use(resource('http'))
      stack.use(resource('bus'))
      await once(signal, 'abort')
      events.push('drained')
    }, options)

    process.emit('SIGTERM')
    await running

    assert.deepEqual(events, ['drained', 'close bus', 'close http'])
  })

  test('treats an abort during a stop as a clean exit', async () => {
    const running = runProcess(async (signal) => {
      await once(new EventTarget(), 'never', { signal })
    }, options)

    process.emit('SIGINT')
    await running

    assert.equal(process.exitCode, undefined)
  })

  test('stops when the parent that spawned it goes away', async () => {
    let stopped = false
    const running = runProcess(async (signal) => {
      await once(signal, 'abort')
      stopped = true
    }, options)

    process.emit('disconnect')
    await running

    assert.ok(stopped)
  })

  test('leaves its last words in the termination log and sets the exit code', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'peerprobe-process-'))
    t.after(async () => {
      process.exitCode = undefined
      await rm(folder, { recursive: true })
    })

    await runProcess(async () => {
      throw new ProbeError('PP_STORE_SCHEMA', 'schema 7 is newer than this version')
    }, { ...options, terminationLog: join(folder, 'log') })

    assert.equal(process.exitCode, 1)
    assert.equal(await readFile(join(folder, 'log'), 'utf8'), 'PP_STORE_SCHEMA: schema 7 is newer than this version')
  })

  test('leaves no signal handler behind', async () => {
    const before = process.listenerCount('SIGTERM')
    await runProcess(async () => undefined, options)

    assert.equal(process.listenerCount('SIGTERM'), before)
  })
})

suite('exitCodeOf', () => {
  test('is 64 where a restart cannot help, 1 otherwise', () => {
    assert.equal(exitCodeOf(new ProbeError('PP_CONFIG_INVALID', 'x')), 64)
    assert.equal(exitCodeOf(new ProbeError('PP_BUS_UNAVAILABLE', 'x')), 1)
    assert.equal(exitCodeOf(new TypeError('x')), 1)
  })
})
