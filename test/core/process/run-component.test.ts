import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { LOG_LEVELS } from '../../../core/process/logger.ts'
import { runComponent } from '../../../core/process/run-component.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const Config = z.strictObject({ logLevel: z.enum(LOG_LEVELS).default('silent'), stopTimeoutMs: z.int().default(1_000), topic: z.string() })

async function withConfig (config: unknown, run: () => Promise<void>): Promise<void> {
  using folder = new TempFolder()
  writeFileSync(folder.file('config.json'), JSON.stringify(config))
  process.env['PEERPROBE_CONFIG'] = folder.file('config.json')

  try {
    await run()
  } finally {
    delete process.env['PEERPROBE_CONFIG']
  }
}

suite('runComponent', () => {
  test('gives the component its configuration, and metrics under its name', async () => {
    await withConfig({ topic: 'visits' }, async () => {
      let metrics = ''
      await runComponent('crawler', Config, async ({ config, registry }, signal) => {
        assert.equal(config.topic, 'visits')
        assert.ok(!signal.aborted)
        metrics = await registry.metrics()
      })
      assert.match(metrics, /component="crawler"/)
    })
  })

  test('exits 64 without starting the component when its configuration is at fault', async (t) => {
    t.after(() => {
      process.exitCode = undefined
    })
    t.mock.method(process.stdout, 'write', () => true)
    await withConfig({ topic: 7 }, async () => {
      await runComponent('crawler', Config, () => assert.fail('started'))
    })
    assert.equal(process.exitCode, 64)
  })
})
