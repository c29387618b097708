import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { suite, test } from 'node:test'
import { importsOf, root, sources } from './import-graph.ts'

// A folder of the crawler imports only the folders before it (crawler/DESIGN.md); the room's own files come last.
const CRAWLER_ORDER = `
  wire peer address dial/dns dial identify dht visit client/stream client/noise client/yamux client/tls client/carrier client
  quic lanes bootstrap engine/frontier engine/coverage engine/confirmation engine/population engine
  places passive/connection passive/limits passive/mdns passive networks publish publish/neighbours metrics
`.trim().split(/\s+/).map(name => `crawler/${name}`).concat('crawler')

const MAX_FILES = 15

suite('folders', () => {
  test('of the crawler import only those before them', () => {
    for (const file of sources.filter(name => name.startsWith('crawler/'))) {
      const rank = rankOf(file)

      for (const imported of importsOf(file).filter(name => name.startsWith('crawler/'))) {
        assert.ok(rankOf(imported) <= rank, `${file} imports ${imported}`)
      }
    }
  })

  test('import one another in one direction', () => {
    const graph = new Map<string, Set<string>>()

    for (const file of sources) {
      const folder = dirname(file)
      const imported = graph.get(folder) ?? new Set<string>()
      graph.set(folder, imported)

      for (const other of importsOf(file).map(name => dirname(name))) {
        if (other !== folder) {
          imported.add(other)
        }
      }
    }

    assert.deepEqual([...graph.keys()].filter(folder => reaches(graph, folder, folder)), [])
  })

  test(`contain at most ${String(MAX_FILES)} files`, () => {
    const counts = Map.groupBy([...sources, ...globSync('scripts/**/*.ts', { cwd: root })], name => dirname(name))

    const larger = [...counts].filter(([, files]) => files.length > MAX_FILES)

    assert.deepEqual(larger.map(([folder, files]) => `${folder}: ${String(files.length)}`), [])
  })
})

function rankOf (file: string): number {
  const rank = CRAWLER_ORDER.indexOf(dirname(file))
  assert.notEqual(rank, -1, `${dirname(file)} is not in the order of the crawler's folders`)

  return rank
}

// Whether one folder imports another, directly or through others.
function reaches (graph: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const open = [...graph.get(from) ?? []]

  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (folder === to) {
      return true
    }

    if (!seen.has(folder)) {
      seen.add(folder)
      open.push(...graph.get(folder) ?? [])
    }
  }

  return false
}
