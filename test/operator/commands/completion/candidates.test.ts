import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { completionsFor } from '../../../../operator/commands/completion/candidates.ts'
import { kubectlProgram } from '../../../../operator/commands/program.ts'

const asked: string[] = []
const sources = {
  probes: async (options: ReadonlyMap<string, string>) => {
    asked.push(`probes ${options.get('namespace') ?? '-'} ${options.get('context') ?? '-'}`)
    return await Promise.resolve(['amino', 'filecoin'])
  },
  scans: async (_: unknown, probe: string) => await Promise.resolve(probe === 'amino' ? ['main', 'second'] : []),
  namespaces: async () => await Promise.resolve(['default', 'lab']),
  contexts: async () => await Promise.resolve(['here'])
}

async function complete (...words: string[]): Promise<string[]> {
  const { candidates, isFile } = await completionsFor(kubectlProgram(), words, sources)

  return [...candidates.map(({ value }) => value), ...isFile ? ['(files)'] : []]
}

suite('completionsFor', () => {
  test('knows the subcommands, with what they do', async () => {
    assert.deepEqual(await complete('st'), ['status'])
    assert.deepEqual(await complete(''), ['status', 'plan', 'crawl-now', 'logs', 'bundle', 'job', 'completion'])
    assert.ok((await completionsFor(kubectlProgram(), [''], sources)).candidates.every(({ description = '' }) => description.length > 10))
    assert.deepEqual(await complete('nonsense', ''), [])
  })

  test('knows names of PeerProbes in the namespace and the context that were typed, and their scans', async () => {
    assert.deepEqual(await complete('status', 'am'), ['amino'])
    assert.deepEqual(await complete('logs', '-n', 'lab', '--context=here', ''), ['amino', 'filecoin'])
    assert.equal(asked.at(-1), 'probes lab here')
    assert.deepEqual(await complete('crawl-now', 'amino', ''), ['main', 'second'])
    assert.deepEqual(await complete('crawl-now', 'amino', 'main', ''), [])
    assert.deepEqual(await complete('logs', 'amino', '--scan', 's'), ['second'])
  })

  test('knows options and their values, and where a file may stand', async () => {
    assert.deepEqual(await complete('status', '--o'), ['--output'])
    assert.deepEqual(await complete('status', '--output', ''), ['text', 'json', 'yaml'])
    assert.deepEqual(await complete('status', '-o', 'j'), ['json'])
    assert.deepEqual(await complete('status', '-n', ''), ['default', 'lab'])
    assert.deepEqual(await complete('bundle', 'amino', '--operator-namespace', 'l'), ['lab'])
    assert.deepEqual(await complete('status', '--context', ''), ['here'])
    assert.deepEqual(await complete('plan', '-f', ''), ['(files)'])
    assert.deepEqual(await complete('bundle', '--file', ''), ['(files)'])
    assert.deepEqual(await complete('status', '--timeout', ''), [])
    assert.deepEqual(await complete('completion', ''), ['bash', 'zsh', 'fish'])
    assert.ok((await complete('status', 'amino', '--')).includes('--wait'))
  })

  test('gives the values alone after an equals sign', async () => {
    assert.deepEqual(await complete('status', '--context='), ['here'])
    assert.deepEqual(await complete('status', '--output=j'), ['json'])
    assert.deepEqual(await complete('plan', '--filename='), ['(files)'])
    assert.deepEqual(await complete('status', '--nonsense=x'), [])
    assert.deepEqual(await complete('status', '--wait=x'), [])
  })
})
