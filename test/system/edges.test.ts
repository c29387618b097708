// Files of edges of real crawls: what the peers of the practice network serve, read back by a program that shares no code with us.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { stringify } from 'yaml'
import { listEdgeFiles } from '../../consumer/edges/edge-folder.ts'
import { devnetManifest } from '../../local/devnet/devnet-manifest.ts'
import { DevnetProcess } from '../../local/devnet/spawn.ts'
import { runCli } from '../support/cli/run-cli.ts'
import { askDuckdb } from '../support/consumer/duckdb-reader.ts'
import { LocalRun } from '../support/local-run.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { DevnetTruth } from '../../local/devnet/truth.ts'

const { signal } = new AbortController()
const LIMIT_MS = 240_000

function writeManifest (folder: TempFolder, truth: DevnetTruth, interval = '10m'): string {
  const manifest = devnetManifest(truth)
  const [scan] = manifest.spec.scans
  manifest.spec.scans = [{ ...scan!, passive: { enabled: false }, active: { ...scan!.active, interval, strategy: 'Topology', neighbours: true, confirm: false } }]
  const path = folder.file('probe.yaml')
  writeFileSync(path, stringify(manifest))

  return path
}

const edgesOf = (truth: DevnetTruth): string[] => truth.peers.flatMap(({ id, table = [] }) => table.map(peer => `${id} ${peer}`)).sort()

async function readEdges (path: string): Promise<string[]> {
  return (await askDuckdb(`SELECT DISTINCT node_id || ' ' || peer_id FROM read_parquet('${path}') WHERE peer_id IS NOT NULL ORDER BY 1`)).map(String)
}

const partial = (dumps: string): string[] => existsSync(dumps) ? readdirSync(dumps).filter(name => name.endsWith('.partial')).map(name => name.replace(/\.[^.]+\.partial$/, '')) : []

suite('files of edges', () => {
  test('contain exactly the routing tables that the peers serve, and who was contacted', async () => {
    using folder = new TempFolder()
    await using devnet = await DevnetProcess.open({ peers: 32 }, signal)
    await using run = new LocalRun([writeManifest(folder, devnet.truth), '--once', '--data', folder.path], { cwd: folder.path })
    const { code, stderr } = await run.ended
    assert.equal(code, 0, stderr)

    const files = await listEdgeFiles(folder.file('dumps'))
    assert.equal(files.length, 1)
    const path = join(folder.file('dumps'), files[0]!.file)
    assert.deepEqual(await readEdges(path), edgesOf(devnet.truth))

    const contacted = await askDuckdb(`SELECT DISTINCT node_id FROM read_parquet('${path}') WHERE contacted`)
    assert.deepEqual(contacted.map(String).sort(), devnet.truth.peers.filter(({ role }) => role === 'server' || role === 'client').map(({ id }) => id).sort())
    assert.deepEqual(partial(folder.file('dumps')), [])

    const graph = await runCli(['export', 'edges', '--format', 'graphml', '--data', folder.path])
    assert.deepEqual([...graph.stdout.matchAll(/<edge source="(\w+)" target="(\w+)">/g)].map(([, from, to]) => `${from!} ${to!}`).sort(), edgesOf(devnet.truth))
    const figures = JSON.parse((await runCli(['edges', '--json', '--data', folder.path])).stdout) as Record<string, unknown>
    assert.deepEqual([figures['entries'], figures['contacted']], [edgesOf(devnet.truth).length, contacted.length])
  })

  test('are whole or not there, however consumer and crawler are killed, and the consumer\'s kill loses none', async () => {
    using folder = new TempFolder()
    await using devnet = await DevnetProcess.open({ peers: 32 }, signal)
    await using run = new LocalRun([writeManifest(folder, devnet.truth, '15s'), '--data', folder.path], { cwd: folder.path })
    const dumps = folder.file('dumps')

    // A crawl takes seconds, since some peers never answer: there is time to kill in the middle.
    await until('a file is begun', () => partial(dumps).length > 0, LIMIT_MS)
    const [begun] = partial(dumps)
    run.pidsOf('consumer').forEach((pid) => {
      process.kill(pid, 'SIGKILL')
    })
    assert.ok(begun !== undefined)
    await until('the file of that crawl is there', () => existsSync(join(dumps, begun)), LIMIT_MS)

    const known = new Set((await listEdgeFiles(dumps)).map(({ file }) => file))
    await until('another file is begun', () => partial(dumps).some(name => !known.has(name) && name !== begun), LIMIT_MS)
    const lost = partial(dumps).find(name => !known.has(name) && name !== begun)!
    run.pidsOf('crawler').forEach((pid) => {
      process.kill(pid, 'SIGKILL')
    })
    await until('a later crawl has a file', async () => (await listEdgeFiles(dumps)).some(({ file }) => file > lost), LIMIT_MS)
    run.signal('SIGTERM')
    assert.equal((await run.ended).code, 0, run.stderr)

    for (const { file } of await listEdgeFiles(dumps)) {
      assert.deepEqual(await readEdges(join(dumps, file)), edgesOf(devnet.truth), file)
    }
    // The kill may have come after the end of the crawl.
    assert.deepEqual(partial(dumps).filter(name => name !== begun), [])
  })
})
