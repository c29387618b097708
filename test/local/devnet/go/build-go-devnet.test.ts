import assert from 'node:assert/strict'
import { accessSync, constants } from 'node:fs'
import { suite, test } from 'node:test'
import { buildGoDevnet, hasGo } from '../../../../local/devnet/go/build-go-devnet.ts'
import { cacheFolder } from '../../../../local/files/cache-folder.ts'
import { HONEST_PROGRAM, StandInGo } from '../../../support/client/stand-in-go.ts'

const signal = new AbortController().signal

suite('buildGoDevnet', () => {
  test('says what to do without Go', async () => {
    using go = new StandInGo()

    assert.equal(await hasGo(), false)
    await assert.rejects(buildGoDevnet(signal), { code: 'PP_DEVNET_FAILED', message: /needs Go 1\.26 or later on the PATH/ })
    assert.equal(go.builds, 0)
  })

  test('builds once into the cache folder, and uses that from then on, even without Go', async () => {
    using go = new StandInGo()
    go.building(HONEST_PROGRAM)
    const program = await buildGoDevnet(signal)

    assert.ok(program.startsWith(cacheFolder()))
    accessSync(program, constants.X_OK)
    process.env['PATH'] = ''
    assert.equal(await buildGoDevnet(signal), program)
    assert.equal(go.builds, 1)
  })

  test('shows the compiler\'s output, and builds again the next time', async () => {
    using go = new StandInGo()
    go.install('echo "host.go:1: undefined: x" >&2; exit 1')
    await assert.rejects(buildGoDevnet(signal), { code: 'PP_DEVNET_FAILED', message: /undefined: x/ })

    go.building(HONEST_PROGRAM)
    accessSync(await buildGoDevnet(signal), constants.X_OK)
    assert.equal(go.builds, 2)
  })

  test('stops with the reason of the signal', async () => {
    using go = new StandInGo()
    go.building(HONEST_PROGRAM)
    const reason = new TypeError('stopped')

    await assert.rejects(buildGoDevnet(AbortSignal.abort(reason)), reason)
  })
})
