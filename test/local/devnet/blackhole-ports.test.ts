import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BlackholePorts } from '../../../local/devnet/blackhole-ports.ts'
import { tryPort } from './ports.ts'

suite('BlackholePorts', () => {
  test('neither accepts nor refuses connections until it is closed', async () => {
    const blackholes = await BlackholePorts.open(2, AbortSignal.timeout(10_000))
    const { ports } = blackholes

    assert.equal(new Set(ports).size, 2)
    assert.deepEqual(await Promise.all([...ports, ...ports].map(async port => await tryPort(port))), ['nothing', 'nothing', 'nothing', 'nothing'])

    await blackholes[Symbol.asyncDispose]()
    assert.equal(await tryPort(ports[0]!), 'refused')
  })

  test('stops when asked while it opens', async () => {
    await assert.rejects(BlackholePorts.open(1, AbortSignal.abort()), { name: 'AbortError' })
  })
})
