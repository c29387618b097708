import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { loadOrExit } from '../../../core/process/load-or-exit.ts'
import { runJob } from '../../../core/process/run-job.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const Config = z.strictObject({ size: z.int(), terminationLog: z.string().optional() })

/** Runs with a configuration, and puts the process back as it was. */
async function withConfig (config: unknown, body: () => Promise<void>): Promise<string | number | null | undefined> {
  using folder = new TempFolder()
  const { exitCode } = process
  const before = process.env['PEERPROBE_CONFIG']
  writeFileSync(folder.file('config.json'), JSON.stringify(config))
  process.env['PEERPROBE_CONFIG'] = folder.file('config.json')

  try {
    await body()
    return process.exitCode
  } finally {
    process.exitCode = exitCode
    process.env['PEERPROBE_CONFIG'] = before
    if (before === undefined) {
      delete process.env['PEERPROBE_CONFIG']
    }
  }
}

suite('runJob', () => {
  test('works with its configuration, and not at all where that is at fault', async () => {
    const sizes: number[] = []
    const job = async (): Promise<void> => {
      await runJob('test', Config, async ({ config }) => {
        await Promise.resolve(sizes.push(config.size))
      })
    }
    assert.equal(await withConfig({ size: 7 }, job), undefined)
    assert.equal(await withConfig({ size: 'large' }, job), 64)

    assert.deepEqual(sizes, [7])
  })

  test('fails with the exit code that the error asks for', async () => {
    const failing = async (): Promise<void> => {
      await runJob('test', Config, async () => {
        await Promise.reject(new RangeError('no'))
      })
    }

    assert.equal(await withConfig({ size: 7 }, failing), 1)
  })
})

test('loadOrExit gives what the schema makes of the file', async () => {
  await withConfig({ size: 7 }, async () => {
    assert.deepEqual(await loadOrExit('test', Config), { size: 7 })
  })
})
