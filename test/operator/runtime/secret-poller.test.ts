import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { ProbeError } from '../../../core/errors.ts'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { keyOf } from '../../../operator/runtime/kube-object.ts'
import { LAP_MS, LOOK_MS, SecretPoller } from '../../../operator/runtime/secret-poller.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { KubeObject, ObjectKey } from '../../../operator/runtime/kube-object.ts'

interface Rig {
  lookout: SecretPoller
  clock: FakeClock

  /** Versions on the server, by key. */
  versions: Map<string, string>

  /** Keys that were read. */
  looks: string[]

  /** Owners that were reported. */
  told: string[]

  stop: () => Promise<void>

  /** Makes reads fail: of all objects, or of one. */
  fail: (err: Error | undefined, key?: string) => void

  /** Lines of the log. */
  lines: string[]
}

function rig (): Rig {
  const clock = new FakeClock()
  const versions = new Map<string, string>()
  const looks: string[] = []
  const told: string[] = []
  const controller = new AbortController()
  const lines: string[] = []
  let failure: { err: Error | undefined, key: string | undefined } | undefined
  const getMetadata = async (_kind: unknown, key: ObjectKey): Promise<KubeObject | undefined> => {
    looks.push(keyOf(key))

    if (failure?.err !== undefined && (failure.key ?? keyOf(key)) === keyOf(key)) {
      throw failure.err
    }

    const resourceVersion = versions.get(keyOf(key))

    return resourceVersion === undefined ? undefined : { apiVersion: 'v1', kind: 'Secret', metadata: { name: key.name, resourceVersion } }
  }
  const lookout = new SecretPoller({ client: { getMetadata }, clock, log: pino({ level: 'warn' }, { write: line => lines.push(line) }), onChange: owner => told.push(owner) }, KINDS.secret)
  const running = lookout.run(controller.signal)

  return {
    lookout,
    clock,
    versions,
    looks,
    told,
    stop: async () => {
      controller.abort()
      await running
    },
    fail: (err, key) => {
      failure = { err, key }
    },
    lines
  }
}

const KEY = { namespace: 'lab', name: 'key' }

suite('SecretPoller', () => {
  test('reports nothing while an object is unchanged, and reads it once a round', async () => {
    const { lookout, clock, versions, looks, told, stop } = rig()
    versions.set('lab/key', '1')
    lookout.note('lab/amino', [{ ...KEY, version: '1' }])
    await clock.advance(4 * LAP_MS)
    await stop()

    assert.deepEqual(told, [])
    assert.ok(looks.length >= 3 && looks.length <= 4, String(looks.length))
  })

  for (const [what, seen, then] of [['changed', '1', '2'], ['went', '1', undefined], ['came', null, '1'], ['went before its version was known', undefined, undefined]] as const) {
    test(`reports once an object that ${what}, and again after its owner has seen it and it differs`, async () => {
      const { lookout, clock, versions, told, stop } = rig()
      lookout.note('lab/amino', [{ ...KEY, version: seen }])

      if (then !== undefined) {
        versions.set('lab/key', then)
      }

      await clock.advance(3 * LAP_MS)
      assert.deepEqual(told, ['lab/amino'])
      lookout.note('lab/amino', [{ ...KEY, version: '9' }])
      await clock.advance(2 * LAP_MS)
      await stop()

      assert.deepEqual(told, ['lab/amino', 'lab/amino'])
    })
  }

  test('accepts the first version that it reads if none is known', async () => {
    const { lookout, clock, versions, told, stop } = rig()
    versions.set('lab/key', '1')
    lookout.note('lab/amino', [{ ...KEY, version: undefined }])
    await clock.advance(2 * LAP_MS)
    const first = [...told]
    versions.set('lab/key', '2')
    await clock.advance(2 * LAP_MS)
    await stop()

    assert.deepEqual([first, told], [[], ['lab/amino']])
  })

  test('reads nothing of a deleted owner', async () => {
    const { lookout, clock, looks, stop } = rig()
    lookout.note('lab/amino', [{ ...KEY, version: '1' }])
    lookout.note('lab/amino', [])
    await clock.advance(3 * LAP_MS)
    await stop()

    assert.deepEqual(looks, [])
  })

  test('reads at most 25 times a second, however many objects there are', async () => {
    const { lookout, clock, looks, stop } = rig()
    lookout.note('lab/many', Array.from({ length: 1_000 }, (_, i) => ({ namespace: 'lab', name: `key-${String(i)}`, version: undefined })))
    await clock.advance(LAP_MS + 100 * LOOK_MS)
    await stop()

    assert.ok(looks.length > 50 && looks.length <= 102, String(looks.length))
  })

  test('continues when the server answers again', async () => {
    const { lookout, clock, versions, looks, told, stop, fail } = rig()
    lookout.note('lab/amino', [{ ...KEY, version: null }, { ...KEY, name: 'other', version: null }])
    fail(new ProbeError('PP_KUBE_UNAVAILABLE', 'no answer'))
    await clock.advance(2 * LAP_MS)
    const during = [...looks]
    fail(undefined)
    versions.set('lab/key', '1')
    await clock.advance(2 * LAP_MS)
    await stop()

    assert.ok(during.includes('lab/other'))
    assert.deepEqual(told, ['lab/amino'])
  })

  test('reads the others if one cannot be read, and logs that once a round', async () => {
    const { lookout, clock, versions, told, stop, fail, lines } = rig()
    lookout.note('lab/barred', [{ ...KEY, version: '1' }])
    lookout.note('lab/amino', [{ ...KEY, name: 'other', version: null }])
    versions.set('lab/other', '1')
    fail(new ProbeError('PP_KUBE_FORBIDDEN', 'not yours'), 'lab/key')
    await clock.advance(2 * LAP_MS - LOOK_MS)
    await stop()

    assert.deepEqual(told, ['lab/amino'])
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /"failures":1,"objects":2/)
  })

  test('leaves no timer behind', async () => {
    const { clock, stop } = rig()
    await clock.advance(LAP_MS)
    await stop()

    assert.equal(clock.pending, 0)
  })
})
