// What stops a PeerProbe on a real node is named by its condition, with the way out; once that is done, it runs by itself.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { SmallDisk } from '../../support/monitoring/small-disk.ts'
import { deriveImage } from '../../support/node/image-archive.ts'
import { BOX_ADDRESS } from '../../support/node/node-box.ts'
import { LAB_LIMIT_MS, missingLab, NodeLab } from '../../support/node/node-lab.ts'
import { enterBoxWithImage, PRODUCT_IMAGE } from '../../support/node/product-image.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { TestContext } from 'node:test'

const CLOSED_PORT = 1
const TOPIC = 'plain.visits'
const TOPIC_TOOL = 'org.apache.kafka.tools.TopicCommand'
const CRASHING_TAG = 'crashes'
const DISK_MIB = 64
const DUMPS = { dump: { enabled: true, interval: '2s', volume: { claim: 'dumps' } } }
const SMALL = { pod: { resources: { requests: { memory: '24Mi' }, limits: { memory: '24Mi' } } } }

const image = missingLab === undefined ? await enterBoxWithImage(import.meta.filename) : ''

suite('what stops a PeerProbe on a real node', missingLab === undefined ? {} : { skip: missingLab }, () => {
  const stack = new AsyncDisposableStack()
  let lab: NodeLab
  let disk: SmallDisk
  let appliedAt: number

  before(async () => {
    const folder = stack.use(new TempFolder())
    const crashing = deriveImage(image, folder.file('crashing'), { name: `${PRODUCT_IMAGE.repository}:${CRASHING_TAG}`, files: { 'app/crawler/main.ts': 'process.exit(3)' } })
    lab = stack.use(await NodeLab.open({ images: [image, crashing], allowed: 'password,memory', peers: 2 }))
    await lab.install()

    for (const namespace of ['password', 'memory', 'plain']) {
      await lab.namespace(namespace)
    }
    disk = stack.use(new SmallDisk(lab.volume('plain', 'dumps'), DISK_MIB))
    await lab.password('password', 'wrong')
    appliedAt = performance.now()
    // All at once, since each waits most of the time.
    await lab.probe('password', { scans: [scan()] })
    await lab.probe('memory', { scans: [scan(SMALL)], consumer: SMALL })
    await lab.probe('plain', { scans: [scan()], consumer: DUMPS, ...brokers(`${BOX_ADDRESS}:${String(CLOSED_PORT)}`) })
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const scan = (more: object = {}): object => ({ ...lab.scan(), passive: { enabled: false }, ...more })
  const patch = async (namespace: string, spec: object): Promise<void> => {
    const { code, stderr } = await lab.rig.plane.kubectl(['patch', 'pp', 'amino', '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })])
    assert.equal(code, 0, stderr)
  }
  const upgrade = async (...more: string[]): Promise<void> => {
    const { code, stdout, stderr } = await lab.upgrade(...more)
    assert.equal(code, 0, stdout + stderr)
  }
  const brokers = (...addresses: string[]): object => ({ kafka: { brokers: addresses, topic: { name: TOPIC }, consumerGroup: 'plain' } })

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
    await named(t, 'memory', { reason: 'OOMKilled', words: /^prepare job .*: OOMKilled: it used more memory than its limit of 24Mi: raise spec\.consumer\.pod\.resources\.limits\.memory$/ }, appliedAt)
    await patch('memory', { consumer: { pod: { resources: null } } })
    await named(t, 'memory', { reason: 'OOMKilled', words: /^crawler amino-crawler-main: OOMKilled: .* of 24Mi: raise pod\.resources\.limits\.memory of the scan main$/ })
    await patch('memory', { scans: [scan()] })
    await heals(t, 'memory')
    await lab.rig.plane.kubectl(['delete', 'pp', 'amino', '-n', 'memory'])
  })

  // What follows stops this PeerProbe again, once it runs.
  test('is a broker that cannot be reached', async (t) => {
    await named(t, 'plain', { reason: 'BusUnavailable', words: /PP_BUS_UNAVAILABLE: .*10\.78\.0\.1:1\b.*check that the brokers run/ }, appliedAt)
    await patch('plain', brokers(...lab.broker.brokers))
    await heals(t, 'plain')
  })

  test('is a volume that is full', async (t) => {
    disk.fill(0)
    await named(t, 'plain', { reason: 'DiskLow', words: /^consumer .*: A disk that PeerProbe writes to is nearly full, .* Make room on the disk .*, give it a larger volume, / })
    disk.empty()
    await heals(t, 'plain')
  })

  test('is a topic that is missing', async (t) => {
    await lab.broker.tool(TOPIC_TOOL, ['--delete', '--topic', TOPIC])
    await named(t, 'plain', { reason: 'TopicMissing', words: /: A topic does not exist\. Create the topic, / })
    await lab.broker.tool(TOPIC_TOOL, ['--create', '--topic', TOPIC, '--partitions', '3', '--replication-factor', '1'])
    await heals(t, 'plain')
  })

  test('is an image whose crawler crashes', async (t) => {
    await upgrade('--set', `image.tag=${CRASHING_TAG}`)
    await named(t, 'plain', { reason: 'CrashLoopBackOff', words: /^crawler amino-crawler-main: CrashLoopBackOff: it ended with exit code 3 and left no message: read its log \(kubectl logs / })
    await upgrade()
    await heals(t, 'plain')
  })
})
