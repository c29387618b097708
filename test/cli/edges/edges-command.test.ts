import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { Command } from 'commander'
import { openEdges } from '../../../cli/edges/chosen-edges.ts'
import { addEdgesCommand } from '../../../cli/edges/edges-command.ts'
import { printEdges } from '../../../cli/edges/print-edges.ts'
import { fillWithEdges } from '../../../cli/export/edges-export.ts'
import { FORMAT_NAMES } from '../../../cli/export/export-options.ts'
import { edgeRecords } from '../../../consumer/edges/edge-file.ts'
import { isProbeError } from '../../../core/errors.ts'
import { formatPeerId } from '../../../crawler/peer/peer-id-text.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { fillRunFolder } from '../../support/cli/run-folder.ts'
import { readWithDuckdb } from '../../support/consumer/duckdb-reader.ts'
import { writeEdgeFile } from '../../support/consumer/edge-files.ts'
import { CRAWL_ID } from '../../support/consumer/messages.ts'
import { SCAN, tableOf } from '../../support/consumer/neighbours.ts'
import { nobodyId } from '../../support/network/peer-fixtures.ts'
import { TempFolder } from '../../support/temp-folder.ts'

// Ids that libp2p accepts: the key space is computed from them.
const [one, two, three] = [1, 2, 3].map(n => formatPeerId(nobodyId(n))) as [string, string, string]

const ignore = async (): Promise<void> => {
  await Promise.resolve()
}

suite('edges of crawls', () => {
  let folder: TempFolder
  const newest = [
    tableOf({ nodeId: one, buckets: [{ bucket: 1, peers: [two, three] }] }),
    tableOf({ nodeId: two, outcome: 'timeout', entries: undefined, buckets: [] })
  ]
  const older = [tableOf({ nodeId: three, crawlId: CRAWL_ID - 600, entries: 1, buckets: [{ bucket: 0, peers: [one] }] })]
  const cli = async (...args: string[]): Promise<{ code: unknown, stdout: string, stderr: string }> => await runCli([...args, '--data', folder.file('run')])

  before(async () => {
    folder = new TempFolder()
    await fillRunFolder(folder.file('run'))
    mkdirSync(folder.file('run/dumps'), { recursive: true })
    await writeEdgeFile(folder.file('run/dumps'), older)
    await writeEdgeFile(folder.file('run/dumps'), newest)
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  test('are shown as figures, of the newest crawl or of the one that is asked for', async () => {
    const { code, stdout } = await cli('edges')
    assert.equal(code, 0)
    assert.match(stdout, new RegExp(`^${SCAN}, crawl ${String(CRAWL_ID)} of `))
    assert.match(stdout, /Peers {8}3, visited 2, contacted 1\n {2}Entries {6}2; stale 1 \(50 %\): they mention 1 peers\n/)

    const json = JSON.parse((await cli('edges', '--json', '--crawl', String(CRAWL_ID - 600))).stdout) as Record<string, unknown>
    assert.deepEqual([json['scan'], json['crawlId'], json['entries'], json['contacted']], [SCAN, CRAWL_ID - 600, 1, 1])
  })

  test('are exported in each format, and DuckDB reads what the crawl found', async () => {
    for (const format of ['ndjson', 'csv', 'parquet'] as const) {
      const out = folder.file(`edges.${format}`)
      const { code, stdout } = await cli('export', 'edges', '--format', format, '--out', out)
      assert.equal(code, 0)
      assert.match(stdout, /: 3 edges, /)
      assert.deepEqual(await readWithDuckdb(out, 'edges', FORMAT_NAMES[format]), newest.flatMap(edgeRecords))
    }
  })

  test('are exported as a graph, to a file and to standard output', async () => {
    const out = folder.file('graph.graphml')
    assert.match((await cli('export', 'edges', '--format', 'graphml', '--out', out)).stdout, /: 2 edges, /)
    const text = readFileSync(out, 'utf8')
    assert.deepEqual([text.match(/<node /g)?.length, text.match(/<edge /g)?.length], [3, 2])
    assert.equal((await cli('export', 'edges', '--format', 'graphml')).stdout, text)
  })

  test('are refused for another crawl, other conditions and other kinds, with what there is', async () => {
    for (const [args, words] of [
      [['edges', '--crawl', '7'], new RegExp(`no file of that crawl; it has --scan ${SCAN} --crawl ${String(CRAWL_ID - 600)}, --scan`)],
      [['export', 'edges', '--outcome', 'ok'], /edges cannot be filtered by outcome: use scan, crawlId/],
      [['export', 'nodes', '--format', 'graphml'], /--format graphml is for edges/]
    ] as const) {
      const { code, stderr } = await cli(...args)
      assert.notEqual(code, 0)
      assert.match(stderr, words)
    }
    using empty = new TempFolder()
    await fillRunFolder(empty.file('run'))
    await assert.rejects(openEdges({ data: empty.file('run') }), err => isProbeError(err, 'PP_EDGES_UNREADABLE') && /no dump folder|no file of routing tables/.test(err.message))
    await assert.rejects(printEdges({ data: empty.file('run'), json: false }, new AbortController().signal), err => isProbeError(err, 'PP_EDGES_UNREADABLE'))
    const fill = fillWithEdges({ data: empty.file('run'), format: 'csv', out: '-' }, new AbortController().signal)
    await assert.rejects(fill(ignore), err => isProbeError(err, 'PP_EDGES_UNREADABLE'))
  })

  test('have a command of their own', () => {
    const program = new Command()
    addEdgesCommand(program)

    assert.deepEqual(program.commands.map(command => command.name()), ['edges'])
  })
})
