import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { numbered, signal, spec } from '../../core/bus/event-bus-fixture.ts'
import { openEmbeddedBus } from '../../support/bus/embedded-bus.ts'
import { TempFolder } from '../../support/temp-folder.ts'
import type { ConsumerConfigInput } from '../../../core/contracts/process-config.ts'

const CLI = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))

interface End { code: number | string | null | undefined, stdout: string, stderr: string }

async function run (config: string, ...args: string[]): Promise<End> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [CLI, '--config', config, ...args], (err, stdout, stderr) => {
      resolve({ code: err === null ? 0 : err.code, stdout, stderr })
    })
  })
}

suite('the command line of a consumer', () => {
  test('describes and resets the offsets of its group, and lists and replays dead letters', async () => {
    await using fixture = await openEmbeddedBus()
    using folder = new TempFolder()
    const config: ConsumerConfigInput = { bus: { embedded: { path: fixture.path } }, topic: 'visits', deadLetterTopic: 'visits-dead-letters', group: 'readers', store: { sqlite: { path: folder.file('x.sqlite') } } }
    writeFileSync(folder.file('consumer.json'), JSON.stringify(config))
    await fixture.bus.ensureTopic({ ...spec, partitions: 1 }, signal)
    await fixture.bus.ensureTopic({ ...spec, name: 'visits-dead-letters', partitions: 1 }, signal)
    await fixture.bus.publish('visits', numbered(5), signal)
    await fixture.bus.publish('visits-dead-letters', numbered(2), signal)
    const at = folder.file('consumer.json')

    assert.equal((await run(at, 'offsets', 'describe')).stdout, 'TOPIC   PARTITION  OLDEST  NEXT  COMMITTED  LAG\nvisits  0          0       5     -          5\n')
    assert.equal((await run(at, 'offsets', 'reset', '--to-latest')).stdout, 'TOPIC   PARTITION  OLDEST  NEXT  COMMITTED  LAG\nvisits  0          0       5     5          0\n')
    assert.match((await run(at, 'dead-letters', 'list', '--limit', '1')).stdout, /not a dead letter of PeerProbe[^\n]*\n1 of 2\n$/)
    assert.equal((await run(at, 'dead-letters', 'list', '--json')).stdout.trim().split('\n').map(line => JSON.parse(line) as unknown).length, 2)
    assert.equal((await run(at, 'dead-letters', 'replay')).stdout, '2 replayed\n')
    assert.match((await run(at, 'offsets', 'describe')).stdout, /7 {5}5 {10}2\n$/)
  })

  test('says what is wrong with its options and exits 64', async () => {
    using folder = new TempFolder()
    const table: [string[], RegExp][] = [
      [['offsets', 'describe'], /ENOENT.*PP_CONFIG_INVALID/]
    ]

    for (const [args, words] of table) {
      const { code, stderr } = await run(folder.file('none.json'), ...args)
      assert.equal(code, 64)
      assert.match(stderr, words)
    }
  })
})
