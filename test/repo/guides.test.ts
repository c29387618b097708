import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { suite, test } from 'node:test'
import { beginsAs, patternOf, stepsOf } from '../support/documents/guide.ts'
import { TempFolder } from '../support/temp-folder.ts'

suite('commands of a document', () => {
  test('are its blocks of sh, each with the text that follows it', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('guide.md'), 'One.\n\n```sh\na\nb\n```\n\n```text\nprinted\n```\n\n```yaml\nx: 1\n```\n\n```sh\nc\n```\n')

    assert.deepEqual(stepsOf(folder.file('guide.md')), [
      { line: 4, commands: 'a\nb\n', prints: 'printed\n' },
      { line: 17, commands: 'c\n', prints: undefined }
    ])
  })

  test('may be part of a list, whose indentation is none of theirs', () => {
    using folder = new TempFolder()
    writeFileSync(folder.file('guide.md'), '1. One.\n\n   ```sh\n   a \\\n     b\n   ```\n\n   prints\n\n   ```text\n   NAME   AGE\n   …\n   ```\n')

    assert.deepEqual(stepsOf(folder.file('guide.md')), [{ line: 4, commands: 'a \\\n  b\n', prints: 'NAME   AGE\n…\n' }])
  })

  test('print the first line of the document somewhere: the widths of columns do not count, further words do', () => {
    assert.ok(beginsAs('a warning\nNAME          AGE\namino   3s\n', 'NAME   AGE\n…\n'))
    assert.ok(beginsAs('{cause="conflict"} => 0 @[17.5]\n', '{cause="conflict"} => …\n'))
    assert.ok(beginsAs('{"level":"info"}\n', '{"level":…\n'))
    assert.ok(!beginsAs('NAME READY AGE\n', 'NAME   AGE\n'))
    assert.ok(!beginsAs('NAME AGE READY\n', 'NAME   AGE\n'))
    assert.ok(!beginsAs('{cause="gone"} => 0\n', '{cause="conflict"} => …\n'))
    assert.ok(!beginsAs('', 'NAME\n'))
  })

  test('print what the document says: … is anything, a blank any number of them', () => {
    const pattern = patternOf('…\nNAME … READY …\namino-… 1/1 … Running …\n')

    assert.match('something before\nNAME            READY   AGE\namino-7f6b   1/1   0   Running   3s\n', pattern)
    assert.match('NAME READY\namino-x 1/1 Running', pattern)
    assert.doesNotMatch('NAME READY\namino-x 0/1 Running 3s', pattern)
    assert.doesNotMatch('NAME READY\nother 1/1 Running', pattern)
    assert.match('a.b "quoted" deleted', patternOf('a.b "quoted" deleted…'))
    assert.doesNotMatch('axb deleted', patternOf('a.b deleted'))
    assert.doesNotMatch('a.b deleted twice', patternOf('a.b deleted'))
  })
})

// Which tests run the commands of a page as they are written there.
const RUN: Readonly<Record<string, readonly string[]>> = {
  'docs/backup.md': ['test/system/cluster/backup-guide.test.ts', 'test/cli/upkeep/backup-guide.test.ts'],
  'docs/moving-over.md': ['test/system/moving-over.test.ts'],
  'docs/troubleshooting.md': ['test/system/troubleshooting.test.ts'],
  'docs/tutorial.md': ['test/system/cluster/tutorial.test.ts'],
  'docs/runbooks': ['test/system/cluster/alerts.test.ts']
}

// Pages with commands that no test runs as they are written, and why.
const NOT_RUN: Readonly<Record<string, string>> = {
  'README.md': 'they crawl the internet, install a chart and build an image; npm start, its queries and kubectl peerprobe have tests of their own',
  'CONTRIBUTING.md': 'they are the tests themselves',
  'docs/cluster.md': 'they run in the pods of an installed release; running-pods.test.ts and kubectl.test.ts run the same commands',
  'docs/dashboards.md': 'they need a Grafana',
  'docs/debugging.md': 'they need jq, a debugger and a person who stops them',
  'docs/first-change.md': 'they change this repository',
  'docs/install.md': 'they push an image, install a released chart and delete it; chart-lifecycle.test.ts does so with the chart',
  'docs/kubectl.md': 'they need krew; plugin-archive.test.ts and kubectl.test.ts run the same commands',
  'docs/places.md': 'it crawls the internet, with files of a provider',
  'docs/sizing.md': 'they are benchmarks of hours',
  'docs/supply-chain.md': 'they ask registries',
  'helm/peerprobe/README.md': 'chart-lifecycle.test.ts runs those about metrics and two operators; the others install a released chart'
}

const PROGRAM = /^(?:sudo |[A-Z_]+=\S+ )*(?:npm|npx|node|peerprobe|kubectl|helm|docker|mysql|mariadb|mariadb-dump|curl|jq|kafka-[a-z-]+\.sh) /m
const blocksOf = (page: string, fence: RegExp): string[] => [...readFileSync(page, 'utf8').matchAll(fence)].map(([, , body = '']) => body)
const hasGuide = (page: string): boolean => blocksOf(page, /^( *)```sh\n([^]*?)^\1```$/gm).length > 0
const hasCommands = (page: string): boolean => hasGuide(page) || blocksOf(page, /^( *)```(?:bash|console)?\n([^]*?)^\1```$/gm).some(body => PROGRAM.test(body))

suite('pages with commands', () => {
  // The reference of the command line is made of the help, whose examples test/cli/program.test.ts runs.
  const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md'), ...globSync('helm/peerprobe/*.md')].filter(page => !/^docs\/(adr|reference)\//.test(page) && hasCommands(page))
  const nameOf = (page: string): string => page.startsWith('docs/runbooks/') ? 'docs/runbooks' : page
  const names = [...new Set(pages.map(nameOf))].sort()

  test('are run by a test, or are listed with the reason why not', () => {
    assert.deepEqual([...Object.keys(RUN), ...Object.keys(NOT_RUN)].sort(), names)
  })

  test('are run by a test where they show what is printed (blocks of sh)', () => {
    assert.deepEqual(pages.filter(hasGuide).map(nameOf).filter(name => RUN[name] === undefined), [])

    for (const [page, tests] of Object.entries(RUN)) {
      for (const file of tests) {
        assert.ok(existsSync(file) && readFileSync(file, 'utf8').includes(basename(page)), `${file} reads ${page}`)
      }
    }
  })
})
