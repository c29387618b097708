import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { GoDevnetProcess } from '../../../../local/devnet/go/go-devnet-process.ts'
import { HONEST_PROGRAM, StandInGo } from '../../../support/client/stand-in-go.ts'
import type { GoDevnetOptions } from '../../../../local/devnet/go/go-devnet-process.ts'

const signal = new AbortController().signal

/** Opens a Go devnet that is a shell script. */
async function openScript (program: string, options: GoDevnetOptions = {}, by = signal): Promise<GoDevnetProcess> {
  using go = new StandInGo()
  go.building(program)

  return await GoDevnetProcess.open(options, by)
}

suite('GoDevnetProcess', () => {
  test('returns the truth once the program has written it, passes the number of hosts, and leaves nothing behind', async () => {
    using go = new StandInGo()
    go.building(`[ "$2 $4" = "3 1" ] || exit 1\n${HONEST_PROGRAM}`)
    const devnet = await GoDevnetProcess.open({ plain: 3, special: 1 }, signal)

    assert.deepEqual(devnet.truth, { kadProtocol: '/x/kad/1.0.0', peers: [] })
    await devnet[Symbol.asyncDispose]()
    assert.deepEqual(go.temporaryFiles, [])
  })

  test('can be disposed of after its program has ended by itself', { timeout: 10_000 }, async () => {
    const devnet = await openScript(HONEST_PROGRAM.replace('exec cat > /dev/null', ''))

    for (let i = 0; i < 2; i++) { // while it ends, and after it has ended
      await assert.rejects(devnet.truthNow(signal), { code: 'PP_DEVNET_FAILED', message: /the Go devnet ended/ })
    }
    await devnet[Symbol.asyncDispose]()
  })

  test('fails with the last output of the program when it ends before it is ready', async () => {
    await assert.rejects(openScript('echo "no more ports" >&2; exit 1'), { code: 'PP_DEVNET_FAILED', message: /the Go devnet ended: no more ports/ })
  })

  test('fails when the program is not ready in time', async () => {
    await assert.rejects(openScript('exec cat > /dev/null', { startTimeoutMs: 100 }), { code: 'PP_DEVNET_FAILED', message: /not ready in time/ })
  })

  test('fails when the program writes an invalid truth, and leaves nothing behind', async () => {
    using go = new StandInGo()
    go.building('echo \'{"peers":[{}]}\' > "$6"\necho READY\nexec cat > /dev/null')

    await assert.rejects(GoDevnetProcess.open({}, signal), { code: 'PP_DEVNET_FAILED' })
    assert.deepEqual(go.temporaryFiles, [])
  })

  test('stops with the reason of the signal', async () => {
    const reason = new TypeError('stopped')

    await assert.rejects(openScript('exec cat > /dev/null', {}, AbortSignal.abort(reason)), reason)
  })
})
