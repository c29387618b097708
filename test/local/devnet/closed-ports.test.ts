import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { findClosedPorts } from '../../../local/devnet/closed-ports.ts'
import { tryPort } from './ports.ts'

suite('findClosedPorts', () => {
  test('finds different reserved ports that refuse', async () => {
    const ports = await findClosedPorts(3, AbortSignal.timeout(10_000))

    assert.equal(new Set(ports).size, 3)
    for (const port of ports) {
      assert.ok(port < 1_024)
      assert.equal(await tryPort(port), 'refused')
    }
  })

  test('reports how many are missing', async () => {
    await assert.rejects(findClosedPorts(1_024, AbortSignal.timeout(10_000)), { code: 'PP_DEVNET_FAILED', message: /1024 are needed/ })
  })

  test('stops when asked', async () => {
    await assert.rejects(findClosedPorts(1, AbortSignal.abort()), { name: 'AbortError' })
  })
})
