import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { isDetached } from '../../../core/process/parent-watch.ts'
import { until } from '../../support/until.ts'

const status = (ignored: string): string => `Name:\tnode\nSigBlk:\t0000000000000000\nSigIgn:\t${ignored}\nSigCgt:\t0000000000000000\n`
const stat = (session: number): string => `70 (no) de) S 60 70 ${String(session)} 34816 70 4194304`
const shell = { env: {}, pid: 70, status: status('0000000000001000'), stat: stat(50) }

const RUNNING = `
import { runProcess } from ${JSON.stringify(new URL('../../../core/process/process.ts', import.meta.url).href)}
import { createLogger } from ${JSON.stringify(new URL('../../../core/process/logger.ts', import.meta.url).href)}
import { once } from 'node:events'
const pulse = setInterval(() => undefined, 1000)
await runProcess(async (signal) => {
  process.stdout.write(process.pid + '\\n')
  await once(signal, 'abort')
}, { log: createLogger({ level: 'silent' }), stopTimeoutMs: 5000, endsWithParent: true })
clearInterval(pulse)
`

suite('isDetached', () => {
  test('is true under nohup and for the leader of a session, unless npm runs it', () => {
    assert.equal(isDetached(shell), false)
    assert.equal(isDetached({ ...shell, status: status('0000000000001001') }), true)
    assert.equal(isDetached({ ...shell, stat: stat(70) }), true)
    assert.equal(isDetached({ ...shell, stat: stat(70), env: { npm_lifecycle_event: 'start' } }), false)
    assert.equal(isDetached({ ...shell, status: '', stat: '' }), false)
  })
})

suite('a process that ends with its parent', () => {
  test('stops when the shell that started it is killed', async () => {
    const parent = spawn('sh', ['-c', '"$0" --input-type=module --eval "$1" & wait', process.execPath, RUNNING], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [pid] = await once(parent.stdout, 'data') as [Buffer]
    using stack = new DisposableStack()
    stack.defer(() => {
      if (isRunning(Number(String(pid)))) {
        process.kill(Number(String(pid)), 'SIGKILL')
      }
    })
    parent.kill('SIGKILL')

    await until('the process has ended', () => !isRunning(Number(String(pid))))
  })
})

function isRunning (pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
