// The same SQL for all databases; where they differ, the dialect says how.
import { OUTCOME_NAMES } from '../../../core/contracts/outcome.ts'
import { ProbeError } from '../../../core/errors.ts'
import { storeTimeOf } from '../model/store-time.ts'
import { SESSION_CRAWLS, sessionCrawlsFrom } from './session-crawls.ts'
import { removeStatements, sessionFrom, sessionQuery, writeStatements } from './session-rows.ts'
import type { Outcome } from '../../../core/contracts/outcome.ts'
import type { ChangedCrawl, ChangedPeer, NumberedPeer, ScanProgress, SessionBasis, SessionKey, SessionPage, SessionStore } from '../model/session-store.ts'
import type { Session, SessionVisit, VisitScan } from '../model/session.ts'
import type { SessionDialect } from './session-dialect.ts'

/** More changes than this are not listed: everything is derived again. */
const MAX_CHANGES = 2_000

const GENERATION = 'SELECT generation FROM session_state WHERE id = 1'

/** {@inheritDoc SessionStore} */
export class SqlSessionStore implements SessionStore {
  readonly #dialect: SessionDialect
  readonly #outcomes = new Map<number, Outcome>()

  constructor (dialect: SessionDialect) {
    this.#dialect = dialect
  }

  async begin (): Promise<SessionBasis> {
    const { read } = this.#dialect
    await this.#dialect.write(['UPDATE session_state SET generation = generation + 1 WHERE id = 1'])
    const [state = []] = await this.#dialect.query('SELECT generation, edge_crawl_id, rules FROM session_state WHERE id = 1')
    const generation = read.number(state[0], 'generation')
    const [oldest = []] = await this.#dialect.query('SELECT MIN(crawl_id) FROM visit')

    return {
      generation,
      rules: read.number(state[2], 'rules'),
      edgeCrawlId: Math.max(read.number(state[1], 'edge_crawl_id'), read.numberOrNull(oldest[0] ?? null, 'crawl_id') ?? 0),
      changes: await this.#changesBefore(generation),
      scans: await this.#scans(),
      crawls: sessionCrawlsFrom(await this.#dialect.query(SESSION_CRAWLS), read),
      progress: (await this.#dialect.query('SELECT scan, newest_crawl_id, crawls FROM session_scan')).map(([scan, newest, crawls]) =>
        ({ scan: read.text(scan, 'scan'), newestCrawlId: read.number(newest, 'newest_crawl_id'), crawls: read.number(crawls, 'crawls') }))
    }
  }

  async changedPeers ({ scan, crawlId }: Pick<ChangedCrawl, 'scan' | 'crawlId'>, after: number, limit: number): Promise<ChangedPeer[]> {
    const { read, text } = this.#dialect
    const rows = await this.#dialect.query(`SELECT peer_id, MIN(started_at) FROM visit
      WHERE crawl_id = ${String(crawlId)} AND scan_id IN (SELECT scan_id FROM scan WHERE scan = ${text(scan)}) AND peer_id > ${String(after)} AND ${IS_ACTIVE}
      GROUP BY peer_id ORDER BY peer_id LIMIT ${String(limit)}`)

    return rows.map(([peerId, sinceMs]) => ({ peerId: read.number(peerId, 'peer_id'), sinceMs: read.number(sinceMs, 'started_at') }))
  }

  async peersAfter (after: number, limit: number): Promise<NumberedPeer[]> {
    return await this.#peers(`WHERE peer_id > ${String(after)} ORDER BY peer_id LIMIT ${String(limit)}`)
  }

  async peersOf (peerIds: readonly number[]): Promise<NumberedPeer[]> {
    return peerIds.length === 0 ? [] : await this.#peers(`WHERE peer_id IN (${peerIds.join(', ')})`)
  }

  async visitsOf (peerIds: readonly number[], fromMs: number, { edgeCrawlId }: SessionBasis): Promise<Map<number, SessionVisit[]>> {
    const visits = new Map<number, SessionVisit[]>(peerIds.map(peerId => [peerId, []]))

    if (peerIds.length === 0) {
      return visits
    }

    const { read, byPeer } = this.#dialect
    const rows = await this.#dialect.query(`SELECT peer_id, started_at, scan_id, crawl_id, attempt, outcome_id FROM visit ${byPeer}
      WHERE peer_id IN (${peerIds.join(', ')}) AND started_at >= ${String(Math.max(0, fromMs))} AND crawl_id >= ${String(edgeCrawlId)} AND ${IS_ACTIVE}`)

    for (const wordId of new Set(rows.map(row => row[5]))) {
      await this.#learnOutcome(read.number(wordId, 'outcome_id'))
    }
    for (const [peerId, startedAt, scanId, crawlId, attempt, outcome] of rows) {
      visits.get(read.number(peerId, 'peer_id'))?.push({
        startedAtMs: read.number(startedAt, 'started_at'),
        scanId: read.number(scanId, 'scan_id'),
        crawlId: read.number(crawlId, 'crawl_id'),
        attempt: read.number(attempt, 'attempt'),
        outcome: this.#outcomes.get(read.number(outcome, 'outcome_id')) ?? 'unknown'
      })
    }

    return visits
  }

  async sessionsOf (nodeIds: readonly string[]): Promise<Map<string, Session[]>> {
    const rest = `WHERE node_id IN (${nodeIds.map(this.#dialect.text).join(', ')}) ORDER BY node_id, network, vantage, first_ok`
    const rows = nodeIds.length === 0 ? [] : await this.#dialect.query(sessionQuery(this.#dialect, rest))

    return Map.groupBy(rows.map(row => sessionFrom(row, this.#dialect)), ({ nodeId }) => nodeId)
  }

  async replace (generation: number, removed: readonly SessionKey[], written: readonly Session[]): Promise<void> {
    const statements = [...removeStatements(removed, this.#dialect), ...writeStatements(written, this.#dialect)]

    if (statements.length > 0) {
      await this.#write(generation, statements)
    }
  }

  async complete (generation: number, rules: number, progress: readonly ScanProgress[]): Promise<void> {
    const { text } = this.#dialect
    await this.#write(generation, [
      `DELETE FROM session_change WHERE generation < ${String(generation)}`,
      'DELETE FROM session_scan',
      ...progress.map(({ scan, newestCrawlId, crawls }) =>
        `INSERT INTO session_scan (scan, newest_crawl_id, crawls) VALUES (${text(scan)}, ${String(newestCrawlId)}, ${String(crawls)})`),
      `UPDATE session_state SET rules = ${String(rules)} WHERE id = 1`
    ])
  }

  async removeEndedBefore (generation: number, beforeMs: number, limit: number): Promise<number> {
    const rest = `WHERE last_ok < ${this.#dialect.text(storeTimeOf(beforeMs))} ORDER BY last_ok LIMIT ${String(limit)}`
    const old = await this.#dialect.query(sessionQuery(this.#dialect, rest))
    const statements = removeStatements(old.map(row => sessionFrom(row, this.#dialect)), this.#dialect)

    return statements.length === 0 ? 0 : (await this.#write(generation, statements)).reduce((sum, rows) => sum + rows, 0)
  }

  async #write (generation: number, statements: readonly string[]): Promise<readonly number[]> {
    return await this.#dialect.write(statements, { sql: GENERATION, expected: generation })
  }

  async #scans (): Promise<VisitScan[]> {
    const { read } = this.#dialect

    return (await this.#dialect.query('SELECT scan_id, scan, network, vantage FROM scan')).map(([scanId, scan, network, vantage]) => ({
      scanId: read.number(scanId, 'scan_id'),
      scan: read.text(scan, 'scan'),
      network: read.text(network, 'network'),
      vantage: read.text(vantage, 'vantage')
    }))
  }

  async #peers (where: string): Promise<NumberedPeer[]> {
    const { read } = this.#dialect

    return (await this.#dialect.query(`SELECT peer_id, node_id FROM peer ${where}`)).map(([peerId, nodeId]) =>
      ({ peerId: read.number(peerId, 'peer_id'), nodeId: read.text(nodeId, 'node_id') }))
  }

  async #changesBefore (generation: number): Promise<ChangedCrawl[] | undefined> {
    const { read } = this.#dialect
    const rows = await this.#dialect.query(`SELECT DISTINCT scan, crawl_id, is_crawl FROM session_change
      WHERE generation < ${String(generation)} ORDER BY scan, crawl_id, is_crawl LIMIT ${String(MAX_CHANGES + 1)}`)

    return rows.length > MAX_CHANGES
      ? undefined
      : rows.map(([scan, crawlId, isCrawl]) => ({ scan: read.text(scan, 'scan'), crawlId: read.number(crawlId, 'crawl_id'), isCrawl: read.number(isCrawl, 'is_crawl') === 1 }))
  }

  async #learnOutcome (wordId: number): Promise<void> {
    if (this.#outcomes.has(wordId)) {
      return
    }

    const { read, query } = this.#dialect
    const [row = []] = await query(`SELECT word FROM word WHERE word_id = ${String(wordId)}`)
    const outcome = OUTCOME_NAMES.find(name => name === row[0])

    if (outcome === undefined) {
      throw new ProbeError('PP_STORE_SCHEMA', `visit.outcome_id ${String(wordId)} is not the number of an outcome: ${read.textOrNull(row[0] ?? null, 'word') ?? 'it has no row in word'}`)
    }
    this.#outcomes.set(wordId, outcome)
  }
}

const IS_ACTIVE = 'discovery_id = (SELECT word_id FROM word WHERE word = \'active\')'

/** What reading sessions needs of a database. */
type SessionReader = Pick<SessionDialect, 'read' | 'text' | 'query' | 'epochMs' | 'after'>

/** A page of sessions. @param after the key after which it begins */
export async function readSessionPage (dialect: SessionReader, after: SessionKey | undefined, limit: number): Promise<SessionPage> {
  const key = ['node_id', 'network', 'vantage', 'first_ok']
  const where = after === undefined ? '' : `WHERE ${dialect.after(key, [after.nodeId, after.network, after.vantage, storeTimeOf(after.firstOkMs)])}`
  const rows = await dialect.query(sessionQuery(dialect, `${where} ORDER BY ${key.join(', ')} LIMIT ${String(limit)}`))
  const sessions = rows.map(row => sessionFrom(row, dialect))

  return { sessions, next: sessions.length < limit ? undefined : sessions.at(-1) }
}
