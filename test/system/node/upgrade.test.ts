// From the previous release to this source and back, by helm, while a PeerProbe on a real node crawls and dumps.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { previousRelease } from '../../../scripts/release/previous-release.ts'
import { visitsAreRows } from '../../support/node/acknowledged.ts'
import { deriveImage } from '../../support/node/image-archive.ts'
import { CHART, LAB_LIMIT_MS, missingLab, NodeLab } from '../../support/node/node-lab.ts'
import { enterBoxWithImage, PRODUCT_IMAGE } from '../../support/node/product-image.ts'
import { RolloutOrder } from '../../support/node/rollout-order.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'
import type { TestContext } from 'node:test'

interface Column { at: string, type: string, isNullable: string, initial: string | null, extra: string }

// The previous release refuses a database whose migrations it does not know, although they only add; nothing but a change of that release
// fixes it. So the way back is gone with that one file as it is now. A previous release that has it needs no change.
const FIXED_FILES = { 'app/consumer/store/migrations/migrations.ts': readFileSync(new URL('../../../consumer/store/migrations/migrations.ts', import.meta.url)) }
const FIXED_TAG = 'previous-fixed'

const CRD = 'peerprobes.peerprobe.dev'
const PROBE = { consumer: { dump: { enabled: true, interval: '2s', volume: { claim: 'dumps' } } } }
const COLUMNS = `SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS at, COLUMN_TYPE AS type, IS_NULLABLE AS isNullable, COLUMN_DEFAULT AS initial, EXTRA AS extra
  FROM information_schema.COLUMNS JOIN information_schema.TABLES USING (TABLE_SCHEMA, TABLE_NAME)
  WHERE TABLE_SCHEMA = 'lab' AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME, COLUMN_NAME`

const previous = previousRelease.find()
const missing = missingLab ?? ('missing' in previous ? previous.missing : undefined)
const folder = 'at' in previous ? previous.at : ''

const image = missing === undefined ? await enterBoxWithImage(import.meta.filename) : ''

suite('from the previous release and back on a real node', missing === undefined ? {} : { skip: missing }, () => {
  const stack = new AsyncDisposableStack()
  let lab: NodeLab
  let former: Column[]
  let upgraded: Column[]
  let uid: string | undefined

  before(async () => {
    const temporary = stack.use(new TempFolder())
    const fixed = deriveImage(join(folder, 'image/image.tar'), temporary.path, { name: `${PRODUCT_IMAGE.repository}:${FIXED_TAG}`, files: FIXED_FILES })
    lab = stack.use(await NodeLab.open({ images: [image, fixed], allowed: 'lab', chart: join(folder, 'source/helm/peerprobe') }))
    // The chart brings its own definition of the resource.
    await lab.rig.plane.kubectl(['delete', 'crd', CRD])
    await lab.install('--set', `image.tag=${FIXED_TAG},crds.install=true`)
    await lab.namespace('lab')
    await lab.probe('lab', PROBE)
    await lab.untilReady('lab')
    await works(FIXED_TAG)
    former = await columns()
    uid = await uidOf()
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const columns = async (): Promise<Column[]> => await lab.rows('lab', COLUMNS) as unknown as Column[]
  const uidOf = async (): Promise<string | undefined> => (await lab.rig.plane.get<KubeObject>('pp', 'amino', '-n', 'lab')).metadata.uid
  const definesPlaces = async (): Promise<boolean> => (await lab.rig.plane.kubectl(['explain', 'pp.spec.places'])).code === 0
  const crawls = async (): Promise<number> => (await lab.rows('lab', 'SELECT 1 FROM crawl WHERE state = \'finished\'')).length
  const newestDump = (): string => lab.files('lab', 'dumps').filter(name => /^nodes-[^.]+\.\d+Z\.ndjson\.zst$/.test(name)).sort().at(-1) ?? ''

  // All pods have the image, crawls end and are stored, and what they found is dumped.
  const works = async (tag: string): Promise<void> => {
    const explained = async (what: string, isTrue: () => Promise<boolean> | boolean): Promise<void> => {
      await until(what, isTrue, LAB_LIMIT_MS).catch(async (err: unknown) => {
        throw new TypeError(`${String(err)}\n${await lab.explain()}`, { cause: err })
      })
    }
    await explained(`crawler and consumer are of the image ${tag}`, async () => {
      const pods = [...await lab.pods('lab', 'consumer'), ...await lab.pods('lab', 'crawler')]
      return pods.length === 2 && pods.every(({ spec }) => spec.containers[0]?.image === `${PRODUCT_IMAGE.repository}:${tag}`)
    })
    await lab.untilReady('lab')
    const [finished, dumped] = [await crawls(), newestDump()]
    await explained('crawls end and are stored', async () => await crawls() > finished)
    await explained('they are dumped', () => newestDump() > dumped)
  }

  // Runs helm while it crawls, and waits for the image of the release.
  const changes = async (t: TestContext, tag: string, ...command: Parameters<NodeLab['release']>): Promise<void> => {
    const order = await RolloutOrder.open(lab.rig.plane, 'lab')
    const startedAt = performance.now()
    const { code, stdout, stderr } = await lab.release(...command)
    assert.equal(code, 0, stdout + stderr + await lab.explain())
    await works(tag)
    t.diagnostic(`Ready, with a new crawl and a new dump, after ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)

    assert.deepEqual(await order.names(), ['amino-consumer', 'amino-crawler-main'])
    assert.equal(await uidOf(), uid)
  }
  const lostNothing = async (t: TestContext): Promise<void> => {
    const visits = await visitsAreRows(lab, 'lab', PROBE)
    t.diagnostic(`${String(visits)} visits, each of them once`)
  }

  test('the upgrade rolls consumers, then crawlers; nothing is lost, and tables and columns are only added', async (t) => {
    assert.ok(!await definesPlaces())
    await changes(t, PRODUCT_IMAGE.tag, 'upgrade', CHART, '--reset-then-reuse-values', '--set', `image.tag=${PRODUCT_IMAGE.tag}`)
    upgraded = await columns()
    const tablesOf = (all: readonly Column[]): Set<string> => new Set(all.map(({ at }) => at.split('.')[0]!))
    const isNew = ({ at }: Column): boolean => !former.some(column => column.at === at)
    const added = upgraded.filter(isNew)

    assert.deepEqual(upgraded.filter(column => !isNew(column)), former)
    assert.ok(added.length > 0)
    // What an older consumer writes has no value for them.
    assert.deepEqual(added.filter(({ at, isNullable, initial }) => tablesOf(former).has(at.split('.')[0]!) && isNullable === 'NO' && initial === null), [])
    assert.ok(await definesPlaces())
    await lostNothing(t)
  })

  test('helm rollback brings image and definition back; older processes work with the newer tables, messages and dumps, and nothing is lost', async (t) => {
    await lab.probe('lab', PROBE)
    await lab.untilReady('lab')
    await changes(t, FIXED_TAG, 'rollback')

    assert.deepEqual(await columns(), upgraded)
    assert.ok(!await definesPlaces())
    await lostNothing(t)
  })
})
