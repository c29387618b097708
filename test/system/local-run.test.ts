import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { childrenOf, LocalRun } from '../support/local-run.ts'
import { TempFolder } from '../support/temp-folder.ts'
import { until } from '../support/until.ts'
import type { DevnetTruth, PeerTruth } from '../../local/devnet/truth.ts'

interface Result {
  crawl: { durationSeconds: number, state: string }
  population: { contacted: number, dhtServers: number, unreachable: Record<string, number>, foundBy: { active: number, passive: number, both: number } }
  database: string
  dump: string
  devnet: DevnetTruth
}

/** What the database should hold, made from the devnet's own list. */
function expectedRows (peers: readonly PeerTruth[]): Record<string, unknown>[] {
  const living = peers.filter(({ role }) => role === 'server' || role === 'client' || role === 'dials-in')

  return living.map(({ id, agentVersion, protocols, addresses }) => ({ id, agentVersion, protocols, addresses: [...addresses].sort() })).sort(byId)
}

function byId (a: { id?: unknown }, b: { id?: unknown }): number {
  return String(a.id) < String(b.id) ? -1 : 1
}

function storedRows (database: DatabaseSync): Record<string, unknown>[] {
  const addresses = database.prepare('SELECT multiaddr FROM address_info WHERE node_id = ? ORDER BY multiaddr')
  const protocols = database.prepare('SELECT protocols FROM visit_detail WHERE node_id = ? AND protocols IS NOT NULL LIMIT 1')

  return database.prepare('SELECT node_id, agent_version FROM node_info').all().map(row => ({
    id: row['node_id'],
    agentVersion: row['agent_version'],
    protocols: JSON.parse(String(protocols.get(row['node_id']!)?.['protocols'])) as string[],
    addresses: addresses.all(row['node_id']!).map(({ multiaddr }) => multiaddr)
  })).sort(byId)
}

suite('npm start', () => {
  test('crawls the practice network once: the database equals its own list, and every dead peer has its true outcome', async () => {
    using folder = new TempFolder()
    await using run = new LocalRun(['--once', '--json', '--data', folder.path], { cwd: folder.path })
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 0, stderr)

    const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as Result
    const { peers, contactable } = result.devnet
    using database = new DatabaseSync(result.database, { readOnly: true })

    assert.equal(result.crawl.state, 'finished')
    const crawled = database.prepare('SELECT coverage_share AS share, coverage_low AS low, coverage_questions AS questions, third_question AS third FROM crawl').get()
    assert.ok(Number(crawled?.['share']) > 0.9 && Number(crawled?.['low']) <= Number(crawled?.['share']), JSON.stringify(crawled))
    assert.ok(Number(crawled?.['questions']) > 0 && crawled?.['third'] === 0)
    // Who comes by itself may come before the crawl begins, which then asks it too.
    const { active, passive, both } = result.population.foundBy
    const comers = peers.filter(({ role }) => role === 'dials-in').length
    assert.equal(comers, 2)
    assert.deepEqual([active, passive + both, result.population.contacted], [contactable, comers, contactable + both])
    assert.equal(result.population.dhtServers, peers.filter(({ role }) => role === 'server').length)
    // Who listens nowhere is known by the address that it came from.
    const came = new Set(peers.filter(({ role }) => role === 'dials-in').map(({ id }) => id))
    const rows = storedRows(database)
    assert.ok(rows.filter(({ id }) => came.has(String(id))).every(({ addresses }) => String(addresses) === '/ip4/127.0.0.1'))
    assert.deepEqual(rows.map(row => came.has(String(row['id'])) ? { ...row, addresses: [] } : row), expectedRows(peers))

    const outcomes = database.prepare('SELECT DISTINCT node_id AS id, outcome FROM visit_detail WHERE (node_id, attempt) IN (SELECT node_id, MAX(attempt) FROM visit_detail GROUP BY node_id)').all()
    assert.deepEqual(outcomes.map(row => ({ ...row })).sort(byId), peers.map(({ id, expectedOutcome }) => ({ id, outcome: expectedOutcome })).sort(byId))

    const unreachable = Object.groupBy(peers.filter(({ role }) => role !== 'server' && role !== 'client' && role !== 'dials-in'), ({ expectedOutcome }) => expectedOutcome)
    assert.deepEqual(result.population.unreachable, Object.fromEntries(Object.entries(result.population.unreachable).map(([outcome]) => [outcome, unreachable[outcome as PeerTruth['expectedOutcome']]?.length])))

    const dumped = String(zstdDecompressSync(readFileSync(result.dump))).trim().split('\n').map(line => JSON.parse(line) as { node_id: string })
    assert.deepEqual(dumped.map(({ node_id }) => node_id).sort(), database.prepare('SELECT node_id FROM node_info ORDER BY 1').all().map(row => row['node_id']))
  })

  test('prints progress and a summary for a person, and stops by itself after the time given', async () => {
    using folder = new TempFolder()
    await using run = new LocalRun(['--for', '20s'], { cwd: folder.path })
    const { code, stdout, stderr } = await run.ended

    assert.equal(code, 0, stderr)
    for (const words of [/peers: 32 that answer, 2 that only dial in/, /main: crawling: /, /Population/, /Coverage {5}(?:\d+\.\d|100) % of the network \(95 % interval: /, /contacted +3[2-4]/, /Found by/, /DHT servers +24/, /Round trip +p50/, /npm run --silent query -- \S+peerprobe\.sqlite "SELECT/]) {
      assert.match(stdout, words)
    }
  })

  test('stops cleanly at any moment of its life, and leaves no process behind', async () => {
    for (const isReached of [
      (run: LocalRun) => run.stdout.includes('starting a practice network'),
      (run: LocalRun) => run.pidsOf('crawler').length > 0,
      (run: LocalRun) => run.stdout.includes('crawling')
    ]) {
      using folder = new TempFolder()
      await using run = new LocalRun(['--data', folder.path], { cwd: folder.path })
      await until('the moment has come', () => isReached(run))
      const children = childrenOf(run.pid)
      run.signal('SIGINT')
      const { code, stderr } = await run.ended

      assert.equal(code, 0, stderr)
      for (const pid of children) {
        assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
      }
    }
  })
})
