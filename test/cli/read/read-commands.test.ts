import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { crawlPair } from '../../../cli/read/crawl-pair.ts'
import { listCrawls, newestCrawls } from '../../../cli/read/list-crawls.ts'
import { listNodes } from '../../../cli/read/list-nodes.ts'
import { printDiff } from '../../../cli/read/print-diff.ts'
import { printSummary } from '../../../cli/read/print-summary.ts'
import { scanNames } from '../../../cli/read/scan-names.ts'
import { openToRead } from '../../../cli/source/open-source.ts'
import { openStore } from '../../../consumer/store/open-store.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { runCli } from '../../support/cli/run-cli.ts'
import { fillRunFolder, SECOND_CRAWL } from '../../support/cli/run-folder.ts'
import { CRAWL_ID, crawlOf } from '../../support/consumer/messages.ts'
import { TempFolder } from '../../support/temp-folder.ts'

const { signal } = new AbortController()
const rowsOf = (stdout: string): Record<string, unknown>[] => stdout.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>)

suite('the listings', () => {
  let folder: TempFolder
  const run = async (...args: string[]): Promise<{ code: unknown, stdout: string, stderr: string }> => await runCli([...args, '--data', folder.path])
  before(async () => {
    folder = new TempFolder()
    await fillRunFolder(folder.path)
  })
  after(() => {
    folder[Symbol.dispose]()
  })

  test('of nodes shows what peers said with its control characters escaped, and pages', async () => {
    const { stdout } = await run('nodes')
    assert.match(stdout, /^PEER +AGENT +OUTCOME +LATENCY +LAST SEEN +ADDRESSES\nQmEntersaaaaa +evil\\u\{1b\}\[31m\/1 +ok +42\.5 ms/)
    assert.equal(stdout.includes('\u{1b}'), false)

    const first = await run('nodes', '--json', '--limit', '2')
    const [, cursor = ''] = /^more: add --after '(.*)'\n$/.exec(first.stderr) ?? []
    const second = await run('nodes', '--json', '--limit', '2', '--after', cursor)
    assert.deepEqual([...rowsOf(first.stdout), ...rowsOf(second.stdout)].map(({ node_id: id }) => id), ['QmEntersaaaaa', 'QmLeavesaaaaa', 'QmStaysaaaaaa'])
    assert.equal(second.stderr, '')
  })

  test('of nodes filters by each of its options', async () => {
    const ids = async (...args: string[]): Promise<unknown[]> => rowsOf((await run('nodes', '--json', ...args)).stdout).map(({ node_id: id }) => id)

    assert.deepEqual(await ids('--agent', 'kubo/0.31'), ['QmStaysaaaaaa'])
    assert.deepEqual(await ids('--outcome', 'timeout'), ['QmLeavesaaaaa'])
    assert.deepEqual(await ids('--since', '2026-01-01T00:05:00Z', '--network', 'ipfs'), ['QmEntersaaaaa', 'QmStaysaaaaaa'])
    assert.deepEqual(await ids('--until', '2026-01-01T00:05:00Z'), ['QmLeavesaaaaa'])
    assert.equal((await run('nodes', '--json', '--network', 'filecoin')).stdout, '')
    assert.match((await run('nodes', '--network', 'filecoin')).stdout, /^PEER[^\n]*\n$/)
    assert.equal((await run('nodes', '--json', '--since', '1h')).stdout, '')

    for (const [args, words] of [[['--outcome', 'okay'], /Allowed choices are ok/], [['--since', 'monday'], /must be a time such as/], [['--limit', '0'], /from 1 to/], [['--after', 'x'], /PP_RECORD_QUERY/]] as const) {
      assert.match((await run('nodes', ...args)).stderr, words)
    }
  })

  test('of crawls is the newest first', async () => {
    assert.deepEqual(rowsOf((await run('crawls', '--json')).stdout).map(({ crawl_id: id }) => id), [SECOND_CRAWL, CRAWL_ID])
    assert.deepEqual(rowsOf((await run('crawls', '--json', '--limit', '1')).stdout).map(({ crawl_id: id, contacted }) => [id, contacted]), [[SECOND_CRAWL, 6]])
    assert.equal((await run('crawls', '--json', '--scan', 'a/b/c')).stdout, '')
    assert.match((await run('crawls')).stdout, /^SCAN +CRAWL +NETWORK +STATE [^\n]+\nlocal\/amino\/main +1767226200 +ipfs +finished +2026-01-01T00:10:00\.000Z +1 min 00 s +10 +6 +5\n/)
  })

  test('diff shows who entered and left, and agent versions that are new or gone', async () => {
    assert.deepEqual(rowsOf((await run('diff', 'previous', 'latest', '--json')).stdout), [
      { change: 'left', node_id: 'QmLeavesaaaaa', agent_version: 'kubo/0.30.0' },
      { change: 'entered', node_id: 'QmEntersaaaaa', agent_version: 'evil\u{1b}[31m/1' },
      { change: 'gone-agent', agent_version: 'kubo/0.30.0', peers: 2 },
      { change: 'new-agent', agent_version: 'evil\u{1b}[31m/1', peers: 1 },
      { change: 'new-agent', agent_version: 'kubo/0.31.0', peers: 1 }
    ])
    const { stdout } = await run('diff', String(CRAWL_ID), String(SECOND_CRAWL), '--limit', '1')
    assert.match(stdout, /1 peers stayed, 1 entered, 1 left\n\nAgent versions that are new \(1 of 2\)\nAGENT +PEERS\nevil\\u\{1b\}\[31m\/1 +1\n/)
    assert.match((await run('diff', 'latest', 'latest')).stdout, /2 peers stayed, 0 entered, 0 left\n$/)
    assert.match((await run('diff', '5', 'latest')).stderr, /there is no crawl 5 of local\/amino\/main; the last ones: 1767226200, 1767225600/)
  })

  test('summary shows the last crawl of each scan and what is stored', async () => {
    const { scans, stored } = JSON.parse((await run('summary', '--json')).stdout) as { scans: { scan: string, crawl: { crawlId: number } }[], stored: { nodes: number } }
    assert.deepEqual(scans.map(({ scan, crawl }) => [scan, crawl.crawlId]), [['local/amino/main', SECOND_CRAWL]])
    assert.equal(stored.nodes, 3)
    assert.match((await run('summary')).stdout, /Crawl of ipfs by scan local\/amino\/main: finished[^]*Stored +3 peers, 5 addresses, 5 visits, 2 crawls\n {2}ipfs: 3 peers\n$/)
    assert.match((await run('summary', '--scan', 'x')).stderr, /there is no crawl of x; scans: local\/amino\/main \(PP_CONFIG_INVALID\)/)
  })

  test('work inside this process as well, and stop with its signal', async (t) => {
    const printed: string[] = []
    t.mock.method(process.stdout, 'write', (text: string) => printed.push(text) > 0)
    const data = folder.path
    await listNodes({ data, limit: 1_000, json: false }, signal)
    await listCrawls({ data, limit: 1, json: false }, signal)
    await printDiff(['previous', 'latest'], { data, limit: 0, json: false }, signal)
    await printSummary({ data, json: false }, signal)
    t.mock.restoreAll()
    assert.equal(printed.filter(text => /^(PEER|SCAN|local\/amino\/main: crawl|\nCrawl)/.test(text)).length, 4)

    await assert.rejects(listNodes({ data, limit: 1_000, json: true }, AbortSignal.abort()), { name: 'AbortError' })
  })
})

suite('with several scans', () => {
  test('diff asks which one, and a crawl of another scan is none of this one', async () => {
    using folder = new TempFolder()
    await fillRunFolder(folder.path)
    {
      await using store = await openStore({ sqlite: { path: folder.file('peerprobe.sqlite') } }, { clock: systemClock }, { coalesceWindowMs: 0 })
      await store.write({ visits: [], crawls: [crawlOf({ scan: 'other/probe/main', crawlId: 5 }), crawlOf({ scan: 'other/probe/main', crawlId: SECOND_CRAWL + 1, state: 'started' })] })
    }
    const { store } = await openToRead({ data: folder.path })
    await using _ = store

    assert.deepEqual(await scanNames(store), ['local/amino/main', 'other/probe/main'])
    await assert.rejects(crawlPair(store, ['previous', 'latest'], undefined), { code: 'PP_CONFIG_INVALID', message: 'give --scan with one of local/amino/main, other/probe/main' })
    assert.deepEqual(await crawlPair(store, ['previous', 'latest'], 'local/amino/main'), { scan: 'local/amino/main', before: CRAWL_ID, after: SECOND_CRAWL })
    // The running crawl is not the latest finished one, and there is only one of those.
    await assert.rejects(crawlPair(store, ['previous', 'latest'], 'other/probe/main'), { message: /there is no crawl previous of other\/probe\/main; the last ones: 1767226201, 5/ })
    assert.deepEqual((await newestCrawls(store, { limit: 3 })).map(({ crawl_id: id }) => id), [SECOND_CRAWL + 1, SECOND_CRAWL, CRAWL_ID])
  })

  test('a database without crawls has an empty list and a summary that says so', async () => {
    using folder = new TempFolder()
    {
      await using store = await openStore({ sqlite: { path: folder.file('peerprobe.sqlite') } }, { clock: systemClock }, { coalesceWindowMs: 0 })
      await store.migrate()
    }

    assert.match((await runCli(['summary', '--data', folder.path])).stdout, /^no crawl has finished yet\n/)
    assert.match((await runCli(['crawls', '--data', folder.path])).stdout, /^SCAN[^\n]*\n$/)
    assert.match((await runCli(['diff', 'previous', 'latest', '--data', folder.path])).stderr, /there is no crawl yet/)
  })
})
