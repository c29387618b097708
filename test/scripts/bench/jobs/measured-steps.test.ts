import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { measuredSteps } from '../../../../scripts/bench/jobs/measured-steps.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

test('the measured commands and jobs exist, and the one that removes rows comes last', () => {
  using folder = new TempFolder()
  const steps = measuredSteps({ database: folder.file('peerprobe.sqlite'), folder, peers: 5 })

  assert.ok(steps.every(({ command: { main } }) => existsSync(new URL(`../../../../${main}`, import.meta.url))))
  assert.equal(new Set(steps.map(({ name }) => name)).size, steps.length)
  assert.equal(steps.at(-1)!.name, 'job retention')
  assert.ok(steps.filter(({ command: { env } }) => env !== undefined).every(({ command: { env } }) => existsSync(env!['PEERPROBE_CONFIG']!)))
})
