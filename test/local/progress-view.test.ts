import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProgressView } from '../../local/progress-view.ts'
import type { CrawlerStatus } from '../../core/contracts/status.ts'

const crawl = { crawlId: 1, startedAt: '2026-01-01T00:00:00.000Z', found: 1_200, queued: 300, inFlight: 40, done: 860, unconfirmed: 0, confirmations: 0, contacted: 500, outcomes: { ok: 480, timeout: 360, identified: 20 }, elapsedMs: 12_000, lostMs: 0, perSecond: 71.6 }
const idle: CrawlerStatus = { scan: 'default/amino/main', network: 'ipfs', crawl: null, lastCrawl: null, nextCrawlAt: null, crawlNow: null, disk: null, passive: null, publisher: { buffered: 0, acknowledged: 0, lost: 0, outage: null } }
const crawling: CrawlerStatus = { ...idle, crawl }
const finished: CrawlerStatus = { ...idle, nextCrawlAt: '2026-01-01T00:10:00.000Z', lastCrawl: { crawlId: 1, state: 'finished', startedAt: crawl.startedAt, finishedAt: crawl.startedAt, durationSeconds: 65, disturbed: false, lostMs: 0, confirmations: 0, confirmationsLeftOut: 0, gonePeers: 0, problem: null, totals: { discovered: 1_300, visited: 1_300, contacted: 700, dhtServers: 650, unpublished: 0, refusedPeers: 0, outcomes: {} } } }

function screen (isTerminal: boolean): { text: string, write: (text: string) => void, isTerminal: boolean, columns: number } {
  return { text: '', write (text) {
    this.text += text
  }, isTerminal, columns: 100 }
}

suite('ProgressView', () => {
  test('says how many failed peers the crawl will visit again', () => {
    const tty = screen(true)
    new ProgressView(tty).show([{ name: 'main', status: { ...crawling, crawl: { ...crawl, queued: 0, inFlight: 0, unconfirmed: 3 } } }])

    assert.ok(tty.text.startsWith('main  crawling: 1,200 found, 500 contacted, 0 queued, 0 in flight, 3 failed to visit again, '), tty.text)
  })

  test('overwrites its lines on a terminal, and clears them before a line that stays', () => {
    const tty = screen(true)
    const view = new ProgressView(tty)
    view.show([{ name: 'main', status: crawling }])
    assert.equal(tty.text, 'main  crawling: 1,200 found, 500 contacted, 300 queued, 40 in flight, 72/s, 12.0 s\n      ok 480 · timeout 360 · identified 20\n')
    tty.text = ''
    view.show([{ name: 'main', status: crawling }])
    assert.equal(tty.text, '', 'drew the same again')
    view.say('crawler main: restarted')
    assert.equal(tty.text, '\u001B[2A\u001B[Jcrawler main: restarted\n')
  })

  test('shows the last known state of a crawler that is slow to answer, and how old it is', () => {
    const tty = { ...screen(true), columns: 140 }
    new ProgressView(tty).show([{ name: 'main', status: crawling, ageMs: 4_200 }])

    assert.match(tty.text, /^main {2}crawling: 1,200 found,[^\n]+ \(4\.2 s ago; it has not answered since\)\n/)
  })

  test('never draws a line wider than the terminal, which would leave rows behind', () => {
    const tty = { ...screen(true), columns: 30 }
    new ProgressView(tty).show([{ name: 'main', status: crawling }])

    assert.ok(tty.text.split('\n').every(line => line.length < 30))
  })

  test('writes a plain line at each change and otherwise one every 2 s', () => {
    let now = 0
    const pipe = screen(false)
    const view = new ProgressView(pipe, { now: () => now })
    const show = (status: CrawlerStatus | undefined, at: number): void => {
      now = at
      view.show([{ name: 'main', status }])
    }
    show(undefined, 0)
    show(undefined, 5_000)
    show(crawling, 5_100)
    show(crawling, 6_000)
    show(crawling, 7_200)
    show(finished, 7_300)
    show(finished, 99_000)

    assert.deepEqual(pipe.text.trim().split('\n'), [
      'main: starting',
      'main: crawling: 1,200 found, 500 contacted, 300 queued, 40 in flight, 72/s, 12.0 s',
      'main: crawling: 1,200 found, 500 contacted, 300 queued, 40 in flight, 72/s, 12.0 s',
      'main: crawl finished after 1 min 05 s: 700 peers contacted, next at 00:10:00 UTC'
    ])
  })

  test('shows no next crawl if the run ends after one', () => {
    const pipe = screen(false)
    new ProgressView(pipe, { once: true }).show([{ name: 'main', status: finished }])

    assert.equal(pipe.text, 'main: crawl finished after 1 min 05 s: 700 peers contacted\n')
  })
})
