import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { addressHash, writeAddresses } from '../../../../consumer/store/mysql/address-writer.ts'
import { ScriptedConnection } from '../../../support/consumer/scripted-connection.ts'

const A = { nodeId: 'QmA', multiaddr: '/a', seenMs: 0 }
const SIGHTINGS = [A, { nodeId: 'QmA', multiaddr: '/b\'', seenMs: 1 }, { nodeId: 'QmB', multiaddr: '/a', seenMs: 1 }]
const tupleA = `('QmA',x'${addressHash('/a')}','/a','1970-01-01 00:00:00.000')`

function touchOf (nodeId: string, second: string, ...multiaddrs: string[]): string {
  const hashes = multiaddrs.map(text => `x'${addressHash(text)}'`).join()

  return `UPDATE address_info SET last_seen = GREATEST(last_seen, '1970-01-01 ${second}') WHERE node_id = '${nodeId}' AND addr_hash IN (${hashes})`
}

suite('writeAddresses', () => {
  test('tells addresses apart by the hash of their bytes', () => {
    assert.equal(addressHash('/dns4/ä/tcp/1'), hash('sha256', Buffer.from('/dns4/ä/tcp/1'), 'hex').slice(0, 32))
  })

  test('gives every address of an unknown peer its own peer and time', async () => {
    const server = new ScriptedConnection(() => 3)

    assert.equal(await writeAddresses(server.asConnection, SIGHTINGS, new Set()), 3)
    assert.equal(server.statements.length, 1)
    assert.ok(server.statements[0]!.includes([
      tupleA,
      `('QmA',x'${addressHash('/b\'')}','/b\\'','1970-01-01 00:00:00.001')`,
      `('QmB',x'${addressHash('/a')}','/a','1970-01-01 00:00:00.001')`
    ].join()), server.statements[0])
    assert.match(server.statements[0]!, /ON DUPLICATE KEY UPDATE last_seen = GREATEST\(address_info\.last_seen, VALUES\(last_seen\)\)$/)
  })

  test('touches the addresses of a known peer together, those of each time apart', async () => {
    const server = new ScriptedConnection(statement => statement.split(`x'`).length - 1)
    const sightings = [A, { ...A, multiaddr: '/b' }, { ...A, multiaddr: '/c', seenMs: 1_000 }, { ...A, nodeId: 'QmB' }]

    assert.equal(await writeAddresses(server.asConnection, sightings, new Set(['QmA', 'QmB'])), 4)
    assert.deepEqual(server.statements, [touchOf('QmA', '00:00:00.000', '/a', '/b'), touchOf('QmA', '00:00:01.000', '/c'), touchOf('QmB', '00:00:00.000', '/a')])
  })

  test('upserts the addresses of a known peer of which it did not find all', async () => {
    const server = new ScriptedConnection(() => 1)
    const sightings = [A, { ...A, multiaddr: '/b' }, { ...A, nodeId: 'QmB' }, { ...A, nodeId: 'QmC' }]

    assert.equal(await writeAddresses(server.asConnection, sightings, new Set(['QmA', 'QmB'])), 4)
    assert.equal(server.statements.length, 4)
    assert.ok(server.statements[2]?.includes(`('QmC',x'`))
    assert.ok(server.statements[3]?.includes(`VALUES ${tupleA},('QmA',x'${addressHash('/b')}','/b','1970-01-01 00:00:00.000') ON`), server.statements[3])
  })

  test('asks for nothing where nothing was seen', async () => {
    const server = new ScriptedConnection()

    assert.equal(await writeAddresses(server.asConnection, [], new Set(['QmA'])), 0)
    assert.deepEqual(server.statements, [])
  })
})
