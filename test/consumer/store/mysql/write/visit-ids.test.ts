import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { TextFitter } from '../../../../../consumer/store/model/safe-text.ts'
import { visitRowOf } from '../../../../../consumer/store/model/visit-row.ts'
import { idText, noKnownIds, VISIT_COLUMNS, VisitIds, visitKeyOf, visitTuple } from '../../../../../consumer/store/mysql/write/visit-ids.ts'
import { precedenceOf } from '../../../../../consumer/store/mysql/write/visit-order.ts'
import { insertVisits, replaceVisits, uniqueVisits } from '../../../../../consumer/store/mysql/write/visit-writer.ts'
import { CRAWL_ID, failedVisitOf, PEERS, visitOf } from '../../../../support/consumer/messages.ts'
import { MARIADB, ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import type { IdentifiedVisit } from '../../../../../consumer/store/mysql/write/visit-ids.ts'
import type { Visit } from '../../../../../core/contracts/visit.ts'

const DAY = CRAWL_ID / 86_400

/** A server whose dictionaries give numbers in the order in which texts come to each. */
function dictionaryServer (): ScriptedConnection {
  const numbers = new Map<string, string[]>()

  return new ScriptedConnection((statement) => {
    const [, table = '', list = ''] = /^INSERT INTO (\w+) .* VALUES (.*) ON DUPLICATE/.exec(statement) ?? []
    const [, asked = '', wanted = ''] = /^SELECT (\w+)_id, .* IN \((.*)\)$/.exec(statement) ?? []

    if (table !== '') {
      const texts = [...list.matchAll(/\((?:x'([^']*)'|'([^']*)')/g)].map(([, hash, text]) => hash ?? text ?? '')
      numbers.set(table, [...numbers.get(table) ?? [], ...texts])
      return texts.length
    }

    return [...wanted.matchAll(/'([^']*)'/g)].map(([, text = '']) => [(numbers.get(asked) ?? []).indexOf(text) + 1, text, DAY]).filter(([number]) => number !== 0)
  })
}

async function identify (visits: readonly Visit[], ids = new VisitIds(noKnownIds()), server = dictionaryServer()): Promise<IdentifiedVisit[]> {
  return await ids.resolve(server.asConnection, visits.map(visit => visitRowOf(visit, new TextFitter())), 0)
}

suite('VisitIds', () => {
  test('puts numbers in place of the texts of a visit', async () => {
    const [visit] = await identify([visitOf({ lane: 'fast', place: { country: 'DE', source: 'Lab' }, routingTable: { queries: 3, failed: 1, peers: 20 } })])
    const values = visitTuple(visit!).slice(1, -1).split(',')

    assert.equal(values.length, VISIT_COLUMNS.length)
    // word: active, fast, ok, routing-table
    assert.deepEqual(Object.fromEntries(VISIT_COLUMNS.map((column, i) => [column, values[i]])), {
      crawl_id: String(CRAWL_ID),
      scan_id: '1',
      peer_id: '1',
      source_id: '4',
      attempt: '1',
      started_at: String((CRAWL_ID + 1) * 1_000),
      outcome_id: '3',
      duration_ms: '120',
      discovery_id: '1',
      lane_id: '2',
      detail_id: 'NULL',
      connection_id: '1',
      address_id: '1',
      agent_id: '1',
      address_set_id: '1',
      protocol_set_id: '1',
      place_id: '1',
      latency_us: '42500',
      latency_error_us: '1250',
      queries: '3',
      queries_failed: '1',
      peers_named: '20'
    })
  })

  test('leaves out what a visit has not', async () => {
    const [visit] = await identify([failedVisitOf({ detail: 'why' })])

    assert.match(visitTuple(visit!), /,NULL,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL\)$/)
  })

  test('asks nothing again that a committed batch learnt, and all of it when it was not', async () => {
    const [known, server] = [noKnownIds(), dictionaryServer()]
    const [lost, first, second] = [new VisitIds(known), new VisitIds(known), new VisitIds(known)]
    await identify([visitOf()], lost, server)
    assert.equal(lost.isFreshPeer(PEERS[0]), true)
    const before = server.statements.length
    await identify([visitOf()], first, server)
    assert.ok(server.statements.length > before)
    first.committed()
    const after = server.statements.length
    await identify([visitOf({ attempt: 2 })], second, server)

    assert.equal(server.statements.length, after)
    assert.equal(second.isFreshPeer(PEERS[0]), false)
  })

  test('has no number for a row that the database does not give', () => {
    assert.equal(idText(null), 'NULL')
    assert.throws(() => idText({ id: undefined }), TypeError)
  })
})

suite('visit-writer', () => {
  test('of messages of one visit the greater stands', async () => {
    const visits = await identify([visitOf({ durationMs: 2 }), visitOf({ durationMs: 3 }), visitOf({ durationMs: 1 }), visitOf({ attempt: 2 }), visitOf({ network: 'filecoin' })])

    assert.deepEqual(uniqueVisits(visits).map(({ row }) => row.durationMs), [3, 120, 120])
  })

  test('the insert leaves existing rows, and only greater messages replace them', async () => {
    const visits = await identify([visitOf({ durationMs: 100 }), visitOf({ durationMs: 100, attempt: 2 })])
    assert.match(insertVisits(visits, MARIADB)[0]!, / ON DUPLICATE KEY UPDATE attempt = visit\.attempt$/)
    // The first is stored with a smaller duration, the second with a greater one.
    const stored = visits.map((visit, i) => [...visitKeyOf(visit).split(',').map(Number), ...precedenceOf(visit.row).with(2, i === 0 ? 99 : 101)])
    const server = new ScriptedConnection(statement => statement.startsWith('SELECT') ? stored : 2)

    assert.equal(await replaceVisits(server.asConnection, visits), 1)
    assert.ok(server.statements[1]?.includes(visitTuple(visits[0]!)))
    assert.equal(server.statements[1]?.includes(visitTuple(visits[1]!)), false)
  })
})
