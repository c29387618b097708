// What stops a PeerProbe on a real node is named by its condition, with the way out; once that is done, it runs by itself.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { BOX_ADDRESS } from '../../support/node/node-box.ts'
import { LAB_LIMIT_MS, missingLab, NodeLab } from '../../support/node/node-lab.ts'
import { enterBoxWithImage } from '../../support/node/product-image.ts'
import type { TestContext } from 'node:test'

const CLOSED_PORT = 1
const SMALL = { pod: { resources: { requests: { memory: '24Mi' }, limits: { memory: '24Mi' } } } }

const image = missingLab === undefined ? await enterBoxWithImage(import.meta.filename) : ''

suite('what stops a PeerProbe on a real node', missingLab === undefined ? {} : { skip: missingLab }, () => {
  const stack = new AsyncDisposableStack()
  let lab: NodeLab
  let appliedAt: number

  before(async () => {
    lab = stack.use(await NodeLab.open({ images: [image], allowed: 'password,memory', peers: 2 }))
    await lab.install()

    for (const namespace of ['password', 'memory', 'broker']) {
      await lab.namespace(namespace)
    }
    await lab.password('password', 'wrong')
    appliedAt = performance.now()
    // All at once, since each waits most of the time.
    await lab.probe('password', { scans: [scan()] })
    await lab.probe('memory', { scans: [scan(SMALL)], consumer: SMALL })
    await lab.probe('broker', { scans: [scan()], ...brokers(`${BOX_ADDRESS}:${String(CLOSED_PORT)}`) })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const scan = (more: object = {}): object => ({ ...lab.scan(), passive: { enabled: false }, ...more })
  const patch = async (namespace: string, spec: object): Promise<void> => {
    const { code, stderr } = await lab.rig.plane.kubectl(['patch', 'pp', 'amino', '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })])
    assert.equal(code, 0, stderr)
  }
  const brokers = (...addresses: string[]): object => ({ kafka: { brokers: addresses, topic: { name: 'plain.visits' }, consumerGroup: 'plain' } })

  // How long it took is printed, and not asserted: this machine may be busy.
  const named = async (t: TestContext, namespace: string, cause: { reason: string, words: RegExp }, since = performance.now()): Promise<void> => {
    await lab.rig.untilReady(namespace, 'False', { ...cause, limitMs: LAB_LIMIT_MS }).catch(async (err: unknown) => {
      throw new TypeError(`${String(err)}\n${await lab.explain()}`, { cause: err })
    })
    const message = (await lab.rig.condition(namespace, 'Ready'))?.message ?? ''
    t.diagnostic(`${cause.reason} after ${((performance.now() - since) / 1_000).toFixed(0)} s: ${message}`)
  }
  const heals = async (t: TestContext, namespace: string): Promise<void> => {
    const since = performance.now()
    await lab.untilReady(namespace)
    t.diagnostic(`Ready after ${((performance.now() - since) / 1_000).toFixed(0)} s`)
  }

  test('is a wrong password of the database', async (t) => {
    await named(t, 'password', { reason: 'StoreAuth', words: /PP_STORE_AUTH: .*Access denied.*: check that user .* and the password/ }, appliedAt)
    await lab.password('password', 'secret')
    await heals(t, 'password')
    await lab.rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'password'])
  })

  test('is memory that is too small: for the preparation, then for a crawler', async (t) => {
    await named(t, 'memory', { reason: 'PrepareFailed', words: /OOMKilled: it used more memory than its limit of 24Mi: raise spec\.consumer\.pod\.resources\.limits\.memory$/ }, appliedAt)
    await patch('memory', { consumer: { pod: { resources: null } } })
    await named(t, 'memory', { reason: 'OOMKilled', words: /^crawler amino-crawler-main: OOMKilled: .* of 24Mi: raise pod\.resources\.limits\.memory of the scan main$/ })
    await patch('memory', { scans: [scan()] })
    await heals(t, 'memory')
    await lab.rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'memory'])
  })

  test('is a broker that cannot be reached', async (t) => {
    await named(t, 'broker', { reason: 'BusUnavailable', words: /PP_BUS_UNAVAILABLE: .*10\.78\.0\.1:1\b.*check that the brokers run/ }, appliedAt)
    await patch('broker', brokers(...lab.broker.brokers))
    await heals(t, 'broker')
  })
})
