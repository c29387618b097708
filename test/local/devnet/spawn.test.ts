import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { DevnetProcess } from '../../../local/devnet/spawn.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import { tryPort } from './ports.ts'

const signal = (): AbortSignal => AbortSignal.timeout(30_000)
const portOf = (address: string): number => Number(/tcp\/(\d+)/.exec(address)?.[1])

suite('DevnetProcess', { concurrency: true }, () => {
  test('is ready with the truth, also in a file, and ends when it is disposed of', async () => {
    using folder = new TempFolder()
    const devnet = await DevnetProcess.open({ peers: 4, truthPath: folder.file('truth.json') }, signal())

    assert.equal(devnet.truth.contactable, 4)
    assert.deepEqual(JSON.parse(await readFile(folder.file('truth.json'), 'utf8')), devnet.truth)
    assert.equal(await tryPort(portOf(devnet.truth.bootstrapPeers[0]!)), 'connected')

    await devnet[Symbol.asyncDispose]()
    assert.match(await devnet.ended, /^signal SIGKILL/)
    assert.equal(await tryPort(portOf(devnet.truth.bootstrapPeers[0]!)), 'refused')
  })

  test('fails with the last output of a process that could not start', async () => {
    await assert.rejects(DevnetProcess.open({ peers: 1 }, signal()), { code: 'PP_DEVNET_FAILED', message: /exit code 64.*from 4 to 512/ })
  })

  test('fails when the process is not ready in time, and leaves none behind', async () => {
    await assert.rejects(DevnetProcess.open({ startTimeoutMs: 1 }, signal()), { code: 'PP_DEVNET_FAILED', message: /within 1 ms/ })
  })

  test('stops when asked while it starts', async () => {
    await assert.rejects(DevnetProcess.open({}, AbortSignal.abort()), { name: 'AbortError' })
  })

  test('ends with a parent that is killed', async () => {
    const script = `import { DevnetProcess } from '${new URL('../../../local/devnet/spawn.ts', import.meta.url).href}'
      const devnet = await DevnetProcess.open({ peers: 4 }, AbortSignal.timeout(30_000))
      console.log(devnet.truth.bootstrapPeers[0])`
    const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [address] = await once(parent.stdout, 'data') as [Buffer]
    assert.equal(await tryPort(portOf(address.toString())), 'connected')

    parent.kill('SIGKILL')
    await until('the devnet has ended', async () => await tryPort(portOf(address.toString())) === 'refused')
  })
})
