import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { addressHash, writeAddresses } from '../../../../../consumer/store/mysql/write/address-writer.ts'
import { ALIKE } from '../../../../support/consumer/alike-peers.ts'
import { ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'

const A = { nodeId: 'QmA', multiaddr: '/a', seenMs: 0 }
const SIGHTINGS = [A, { nodeId: 'QmA', multiaddr: '/b\'', seenMs: 1 }, { nodeId: 'QmB', multiaddr: '/a', seenMs: 1 }]
const tupleA = `('QmA',x'${addressHash('/a')}','/a','1970-01-01 00:00:00.000')`

const IDS = /WHERE node_id IN \(([^)]*)\)/

/** What a server answers that has these addresses of known peers. */
function serverWith (stored: Record<string, readonly string[]>, touched?: number): ScriptedConnection {
  const hashesOf = (nodeId: string): readonly string[] => stored[nodeId]?.map(addressHash).sort() ?? []

  return new ScriptedConnection((statement) => {
    const ids = [...IDS.exec(statement)?.[1]?.matchAll(/'(\w+)'/g) ?? []].map(([, id = '']) => id)

    if (statement.startsWith('SELECT')) {
      return ids.filter(id => stored[id] !== undefined).map(id => [id, hashesOf(id).join('')])
    }

    return statement.startsWith('UPDATE') ? touched ?? ids.flatMap(hashesOf).length : 1
  })
}

suite('writeAddresses', () => {
  test('tells addresses apart by the hash of their bytes', () => {
    assert.equal(addressHash('/dns4/ä/tcp/1'), hash('sha256', Buffer.from('/dns4/ä/tcp/1'), 'hex').slice(0, 32))
  })

  test('gives every address of an unknown peer its own peer and time', async () => {
    const server = new ScriptedConnection(() => 3)

    assert.equal(await writeAddresses(server.asConnection, SIGHTINGS, new Set()), 3)
    assert.equal(server.statements.length, 1)
    assert.ok(server.statements[0]!.includes(`('QmB',x'${addressHash('/a')}','/a','1970-01-01 00:00:00.001')`), server.statements[0])
    assert.ok(server.statements[0]!.includes(`('QmA',x'${addressHash('/b\'')}',_utf8mb4 x'2f6227','1970-01-01 00:00:00.001')`), server.statements[0])
    assert.ok(server.statements[0]!.includes(tupleA), server.statements[0])
    assert.match(server.statements[0]!, /ON DUPLICATE KEY UPDATE last_seen = GREATEST\(address_info\.last_seen, VALUES\(last_seen\)\)$/)
  })

  test('touches peers together that have just these addresses, and upserts those of others', async () => {
    const server = serverWith({ QmA: ['/b', '/a'], QmB: ['/a', '/old'], QmC: [] })
    const sightings = [A, { ...A, multiaddr: '/b' }, { ...A, nodeId: 'QmB' }, { ...A, nodeId: 'QmC' }, { ...A, nodeId: 'QmD' }]

    assert.equal(await writeAddresses(server.asConnection, sightings, new Set(['QmA', 'QmB', 'QmC'])), 3)
    assert.equal(server.statements.length, 3)
    assert.match(server.statements[0]!, /^SELECT node_id, .* WHERE node_id IN \('QmA','QmB','QmC'\)/s)
    assert.match(server.statements[1]!, /^UPDATE address_info .* last_seen = GREATEST\(last_seen, .*'1970-01-01 00:00:00\.000'\)\) WHERE node_id IN \('QmA'\)$/)
    assert.deepEqual([...server.statements[2]!.matchAll(/\('(\w+)',x/g)].map(([, id]) => id), ['QmB', 'QmC', 'QmD'])
  })

  test('touches no peer that was seen at several times, or that it cannot tell from another', async () => {
    const [first, alike] = ALIKE
    const server = serverWith({ QmA: ['/a', '/b'], [first]: ['/a'], [alike]: ['/a'] })
    const sightings = [A, { ...A, multiaddr: '/b', seenMs: 1 }, { ...A, nodeId: first }, { ...A, nodeId: alike }]

    assert.equal(await writeAddresses(server.asConnection, sightings, new Set(['QmA', first, alike])), 2)
    assert.match(server.statements[1]!, new RegExp(`^UPDATE .* WHERE node_id IN \\('${first}'\\)$`))
    assert.deepEqual([...server.statements[2]!.matchAll(/\('(\w+)',x/g)].map(([, id]) => id), ['QmA', 'QmA', alike])
  })

  test('upserts all where some of what it read was removed meanwhile', async () => {
    const server = serverWith({ QmA: ['/a'], QmB: ['/a'] }, 1)

    assert.equal(await writeAddresses(server.asConnection, [A, { ...A, nodeId: 'QmB' }], new Set(['QmA', 'QmB'])), 2)
    assert.ok(server.statements[2]?.includes(`VALUES ${tupleA},('QmB',x'`), server.statements[2])
  })

  test('asks for nothing where nothing was seen', async () => {
    const server = new ScriptedConnection()

    assert.equal(await writeAddresses(server.asConnection, [], new Set(['QmA'])), 0)
    assert.deepEqual(server.statements, [])
  })
})
