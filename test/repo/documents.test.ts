import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { root } from './import-graph.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const documents = globSync('{*.md,{core,crawler,consumer,operator,local,helm,docs,examples}/**/*.md}', { cwd: root }).sort()
const lineCount = (path: string): number => read(path).split('\n').length - 1

suite('documents', () => {
  test('link only to files that exist', () => {
    for (const document of documents) {
      for (const [, target] of read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)) {
        assert.ok(existsSync(join(root, dirname(document), target!)), `${document} links to ${target!}`)
      }
    }
  })

  test('mention only files that exist, in ARCHITECTURE.md and the guides', () => {
    const named = ['ARCHITECTURE.md', 'docs/first-change.md', 'docs/debugging.md', 'docs/performance-history.md'].flatMap(document =>
      [...read(document).matchAll(/`((?:core|crawler|consumer|operator|local|scripts|test)\/[\w./-]+\.(?:ts|yaml|md))`/g)].map(match => [document, match[1]!] as const))

    assert.ok(named.length > 50, `${String(named.length)} names`)
    for (const [document, path] of named) {
      assert.ok(existsSync(join(root, path)), `${document} names ${path}`)
    }
  })

  test('decisions are numbered without gaps and all in the index', () => {
    const files = globSync('docs/adr/[0-9]*.md', { cwd: root }).map(path => path.slice('docs/adr/'.length)).sort()
    const index = [...read('docs/adr/README.md').matchAll(/\((\d{4}-[^)]+\.md)\)/g)].map(match => match[1])

    assert.ok(files.length > 0)
    assert.deepEqual(files.map(file => Number(file.slice(0, 4))), files.map((_, i) => i + 1))
    assert.deepEqual(index, files)
    for (const file of files) {
      assert.match(read(`docs/adr/${file}`), /^# \d+\. .+\n\nStatus: (accepted|superseded by \d+)\n\n## Context\n[^]+\n## Decision\n[^]+\n## Alternatives\n[^]+\n## Consequences\n/, file)
    }
  })

  test('stay short: README 200 lines, a DESIGN.md 80, a decision 60', () => {
    for (const document of documents) {
      const limit = document === 'README.md' ? 200 : document.endsWith('DESIGN.md') ? 80 : document.startsWith('docs/adr/') ? 60 : Infinity
      assert.ok(lineCount(document) <= limit, `${document} has ${String(lineCount(document))} lines, at most ${String(limit)} allowed`)
    }
  })

  test('mention only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

    for (const document of documents) {
      for (const [, name] of read(document).matchAll(/npm run (?:--silent )?([a-z][a-z:]*[a-z])(?![:*a-z])/g)) {
        assert.ok(Object.hasOwn(scripts, name!), `${document} names npm run ${name!}`)
      }
    }
  })

  test('and sources contain no path of one machine and no registry host', () => {
    const all = globSync('{*.{md,json,js,ts},{core,crawler,consumer,operator,local,scripts,docs,examples,helm,crds}/**/*.{ts,md,yaml,json,sql}}', { cwd: root })

    for (const file of all) {
      assert.doesNotMatch(read(file), /(?<![\w/.])\/(work|root|home)\/|registry\.npmjs|proxy\.golang|repo1?\.maven/, file)
    }
  })
})
