import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { isProbeError } from '../../../core/errors.ts'
import { formatPath, loadConfig, parseWith, problemsError } from '../../../core/process/config.ts'

const Schema = z.strictObject({
  topic: z.string().min(1),
  batch: z.strictObject({ size: z.int().min(1).default(500) }).prefault({}),
  scans: z.array(z.strictObject({ name: z.string() })).default([])
})

async function withFile (text: string, run: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'peerprobe-config-'))

  try {
    await writeFile(join(folder, 'config.json'), text)
    await run(join(folder, 'config.json'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

suite('loadConfig', () => {
  test('reads the file, applies defaults and freezes the result all the way down', async () => {
    await withFile('{"topic":"ipfs-nodes"}', async (path) => {
      const config = await loadConfig(Schema, path)

      assert.deepEqual(config, { topic: 'ipfs-nodes', batch: { size: 500 }, scans: [] })
      assert.ok(Object.isFrozen(config) && Object.isFrozen(config.batch) && Object.isFrozen(config.scans))
    })
  })

  test('reports every problem at once, by path', async () => {
    await withFile('{"topic":"","batch":{"size":0,"extra":1},"scans":[{}],"colour":"red"}', async (path) => {
      await assert.rejects(loadConfig(Schema, path), (err) => {
        assert.ok(isProbeError(err, 'PP_CONFIG_INVALID'))
        assert.deepEqual((err.details['problems'] as string[]).map(problem => problem.split(':')[0]).sort(), [
          'batch.extra',
          'batch.size',
          'colour',
          'scans[0].name',
          'topic'
        ])
        assert.ok(err.message.includes(path))
        return true
      })
    })
  })

  test('names the variable when no file is given, and the file when it is not JSON', async () => {
    await assert.rejects(loadConfig(Schema, undefined), /PEERPROBE_CONFIG is not set/)
    await assert.rejects(loadConfig(Schema, ''), /PEERPROBE_CONFIG is not set/)
    await withFile('{broken', async (path) => {
      await assert.rejects(loadConfig(Schema, path), err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes(path))
    })
  })
})

suite('parseWith', () => {
  test('names the top level when the whole input is of the wrong type', () => {
    assert.throws(() => parseWith(Schema, [], { code: 'PP_SPEC_INVALID', what: 'probe.yaml' }), /probe\.yaml: 1 problem\n {2}\(top level\): /)
  })
})

suite('formatPath', () => {
  test('writes keys and indexes as people do', () => {
    assert.equal(formatPath(['spec', 'scans', 0, 'name']), 'spec.scans[0].name')
  })
})

suite('problemsError', () => {
  test('shows the first 20 problems, printable and cut, and how many more there are', () => {
    const problems = Array.from({ length: 250_000 }, (_, i) => `line ${String(i)}: \u001B[2J${'x'.repeat(2_000)}`)
    const { message, details } = problemsError(problems, { code: 'PP_SPEC_INVALID', what: 'probe.yaml' })
    const lines = message.split('\n')

    assert.equal(lines[0], 'probe.yaml: 250000 problems')
    assert.equal(lines.length, 22)
    assert.equal(lines[21], '  and 249980 more')
    assert.ok(lines.every(line => line.length <= 502) && !message.includes('\u001B'))
    assert.equal((details['problems'] as string[]).length, 20)
  })
})
