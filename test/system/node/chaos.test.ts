// Faults in the order that a seed gives, while a PeerProbe on a real node crawls. After the last one everything is whole again by itself.
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { SmallDisk } from '../../support/monitoring/small-disk.ts'
import { randomOf } from '../../support/network/simulated-network-random.ts'
import { visitsAreRows } from '../../support/node/acknowledged.ts'
import { FAULTS, namedFaults } from '../../support/node/faults.ts'
import { LAB_LIMIT_MS, missingLab, NodeLab, SYSTEM } from '../../support/node/node-lab.ts'
import { enterBoxWithImage } from '../../support/node/product-image.ts'
import { SKEWABLE_TAG, skewableImage } from '../../support/node/skewed-clock.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const FULL = process.env['PEERPROBE_FULL'] === '1'
const COUNT = FULL ? 100 : 5

// The short run is the same each time, so that a failure is one of the change that is tested.
const SEED = Number(process.env['PEERPROBE_SEED'] ?? (FULL ? Date.now() % 1_000_000 : 1))

// Instead of random ones.
const NAMES = process.env['PEERPROBE_FAULTS']
const GIVEN = NAMES === undefined ? undefined : namedFaults(NAMES)
const DISK_MIB = 64
const MOST_MS = 12_000

// After many crashes, a kubelet waits for five minutes before it starts a container again.
const LIMIT_MS = 2 * LAB_LIMIT_MS

const image = missingLab === undefined ? await enterBoxWithImage(import.meta.filename) : ''

suite('faults of a real cluster', missingLab === undefined ? {} : { skip: missingLab }, () => {
  const stack = new AsyncDisposableStack()
  let lab: NodeLab
  let disk: SmallDisk

  before(async () => {
    const folder = stack.use(new TempFolder())
    lab = stack.use(await NodeLab.open({ images: [skewableImage(image, folder.file('skewable'))], allowed: 'lab' }))
    await lab.install('--set', `image.tag=${SKEWABLE_TAG}`)
    await lab.namespace('lab')
    disk = stack.use(new SmallDisk(lab.volume('lab', 'dumps'), DISK_MIB))
    await lab.probe('lab', { consumer: { dump: { enabled: true, interval: '2s', volume: { claim: 'dumps' } } } })
    await lab.untilReady('lab')
  })
  after(async () => {
    await stack.disposeAsync()
  })

  const crawls = async (): Promise<number> => (await lab.rows('lab', 'SELECT 1 FROM crawl WHERE state = \'finished\'')).length

  test(`${String(GIVEN?.length ?? COUNT)} of them, one after the other: nothing is lost, and everything runs again`, async (t) => {
    t.diagnostic(`PEERPROBE_SEED=${String(SEED)}`)
    const random = randomOf(SEED)
    const lasts = async (): Promise<void> => {
      await delay(random() * MOST_MS)
    }
    const objects = await lab.rig.objects('lab')

    for (const name of GIVEN ?? pick(random)) {
      t.diagnostic(name)
      await FAULTS[name]!({ lab, namespace: 'lab', disk, lasts, random })
      await lasts()
    }

    await until('the operator runs', async () => (await lab.rig.plane.kubectl(['rollout', 'status', 'deployment/probe-operator', '-n', SYSTEM, '--timeout=1s'])).code === 0, LIMIT_MS)
    const before = await crawls()
    await until('crawls end and are stored', async () => await crawls() >= before + 2, LIMIT_MS).catch(async (err: unknown) => {
      throw new TypeError(`${String(err)}\n${await lab.explain()}`, { cause: err })
    })
    await lab.untilReady('lab')

    assert.deepEqual(await lab.rig.objects('lab'), objects)
    // Pods that a fault ended may still be on their way out.
    await until('one crawler and one consumer are there', async () => (await lab.pods('lab', 'crawler')).length === 1 && (await lab.pods('lab', 'consumer')).length === 1, LIMIT_MS)
    t.diagnostic(`${String(await visitsAreRows(lab, 'lab'))} visits, each of them once`)
    assert.deepEqual(await lab.rows('lab', 'SELECT scan, crawl_id, started_at FROM crawl WHERE state = \'started\''), [])
  })
})

// Each kind once before any is repeated, so that a long run has all.
function pick (random: () => number): string[] {
  const picked: string[] = []

  while (picked.length < COUNT) {
    const round = Object.keys(FAULTS).map(name => ({ name, at: random() })).sort((a, b) => a.at - b.at)
    picked.push(...round.map(({ name }) => name).slice(0, COUNT - picked.length))
  }

  return picked
}
