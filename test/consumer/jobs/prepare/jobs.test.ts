import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { prepare } from '../../../../consumer/jobs/prepare/prepare.ts'
import { retain } from '../../../../consumer/jobs/retention/retain.ts'
import { SqliteStore } from '../../../../consumer/store/sqlite/sqlite-store.ts'
import { PrepareConfig, RetentionConfig } from '../../../../core/contracts/job-config.ts'
import { systemClock } from '../../../../core/time/clock.ts'
import { openEmbeddedBus } from '../../../support/bus/embedded-bus.ts'
import { visitOf } from '../../../support/consumer/messages.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

const { signal } = new AbortController()
const log = pino({ level: 'silent' })
const topic = { name: 'visits', partitions: 3, retentionMs: 1_000, group: 'readers' }

async function run (config: string): Promise<unknown> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [fileURLToPath(new URL('../../../../consumer/jobs/prepare/main.ts', import.meta.url))], { env: { ...process.env, PEERPROBE_CONFIG: config } }, (err) => {
      resolve(err === null ? 0 : err.code)
    })
  })
}

suite('the prepare job', () => {
  test('makes schema and topics, twice as well as once', async () => {
    await using fixture = await openEmbeddedBus()
    using folder = new TempFolder()
    const config = PrepareConfig.parse({ bus: { embedded: { path: fixture.path } }, store: { sqlite: { path: folder.file('x.sqlite') } }, topics: [topic], createTopics: true })
    await prepare({ config, log, clock: systemClock }, signal)
    await prepare({ config, log, clock: systemClock }, signal)

    assert.equal((await fixture.bus.groupPositions('visits', 'g', signal)).length, 3)
  })

  test('as a process leaves its last words where a topic is missing that somebody else makes', async () => {
    await using fixture = await openEmbeddedBus()
    using folder = new TempFolder()
    const config = { bus: { embedded: { path: fixture.path } }, store: { sqlite: { path: folder.file('x.sqlite') } }, topics: [topic], createTopics: false, terminationLog: folder.file('words') }
    writeFileSync(folder.file('config.json'), JSON.stringify(config))

    assert.equal(await run(folder.file('config.json')), 1)
    assert.match(readFileSync(folder.file('words'), 'utf8'), /^PP_TOPIC_MISSING: topic visits does not exist/)
    assert.equal(await run(folder.file('none.json')), 64)
  })
})

test('the retention job removes what is too old, and says so once', async () => {
  using folder = new TempFolder()
  const path = folder.file('x.sqlite')
  {
    await using store = await SqliteStore.open({ clock: systemClock }, { path, coalesceWindowMs: 0 })
    await store.migrate()
    await store.write({ visits: [visitOf()], crawls: [] })
  }
  const config = RetentionConfig.parse({ store: { sqlite: { path } }, afterMs: 3_600_000 })
  const lines: { msg: string, count?: number }[] = []
  const heard = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as typeof lines[number]) })
  await retain({ config, log: heard, clock: systemClock }, signal)
  await using store = await SqliteStore.open({ clock: systemClock }, { path, coalesceWindowMs: 0 })

  assert.deepEqual([(await store.summary()).nodes, (await store.summary()).visits], [0, 0])
  assert.deepEqual(lines.map(({ msg, count = 0 }) => [msg, count > 0]), [['old rows removed', true]])
})
