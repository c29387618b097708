import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { importsOf, packagesOf, sources } from './import-graph.ts'

// The rooms that each room may import besides itself (ARCHITECTURE.md, "Rooms").
const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  crawler: ['core'],
  consumer: ['core'],
  operator: ['core'],
  local: ['core', 'operator', 'crawler', 'consumer'],
  cli: ['core', 'operator', 'crawler', 'consumer', 'local'],
  helm: []
}

suite('layers', () => {
  test('a room imports only the rooms below it', () => {
    for (const file of sources) {
      const room = file.split('/')[0]!

      for (const imported of importsOf(file)) {
        const other = imported.split('/')[0]!
        assert.ok(other === room || MAY_IMPORT[room]!.includes(other), `${file} imports ${imported}`)
      }
    }
  })

  test('the engine and the model do no I/O', () => {
    for (const file of sources.filter(name => name.startsWith('crawler/engine/') || name.startsWith('operator/model/'))) {
      assert.deepEqual(packagesOf(file).filter(name => name !== 'zod'), [], file)
    }
  })

  test('no source file imports itself through others', () => {
    const graph = new Map(sources.map(file => [file, importsOf(file)]))

    for (const file of sources) {
      assert.deepEqual(pathBackTo(file, [file], { graph, seen: new Set() }), [])
    }
  })
})

interface Walk { graph: Map<string, string[]>, seen: Set<string> }

/** The first import cycle through `start`, or undefined. */
function pathBackTo (start: string, path: string[], walk: Walk): string[] {
  for (const next of walk.graph.get(path.at(-1)!) ?? []) {
    if (next === start) {
      return [...path, start]
    }

    if (!walk.seen.has(next)) {
      walk.seen.add(next)
      const found = pathBackTo(start, [...path, next], walk)

      if (found.length > 0) {
        return found
      }
    }
  }

  return []
}
