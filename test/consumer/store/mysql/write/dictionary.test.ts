import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { suite, test } from 'node:test'
import { NO_RESULT } from '../../../../../consumer/store/mysql/server/query-result.ts'
import { Dictionary, DICTIONARIES } from '../../../../../consumer/store/mysql/write/dictionary.ts'
import { BoundedCache } from '../../../../../core/limits/bounded-cache.ts'
import { MARIADB } from '../../../../support/consumer/scripted-connection.ts'
import type { QueryResult } from '../../../../../consumer/store/mysql/server/query-result.ts'
import type { KnownNumber } from '../../../../../consumer/store/mysql/write/dictionary.ts'

const rowsOf = (...rows: (string | number)[][]): QueryResult[] => [{ ...NO_RESULT, rows }]
const peer = (key: string, day = 7): { key: string, day: number, values: string[] } => ({ key, day, values: [key] })

function dictionaryOf (name: keyof typeof DICTIONARIES, known = new BoundedCache<KnownNumber>(100)): Dictionary {
  return new Dictionary(DICTIONARIES[name], known)
}

suite('Dictionary', () => {
  test('asks for what it does not know, makes what is missing, and lets others know of both once they are committed', () => {
    const known = new BoundedCache<KnownNumber>(100)
    const dictionary = dictionaryOf('peer', known)
    const other = dictionaryOf('peer', known)
    const [there, missing] = [dictionary.want(peer('QmThere')), dictionary.want(peer('QmMissing'))]

    assert.deepEqual(dictionary.lookUps(), ['SELECT peer_id, node_id, last_used_day FROM peer WHERE node_id IN (\'QmThere\',\'QmMissing\')'])
    dictionary.found(rowsOf([4, 'QmThere', 7]))
    assert.deepEqual(dictionary.inserts(MARIADB), ['INSERT INTO peer (node_id,last_used_day) VALUES (\'QmMissing\',7) ON DUPLICATE KEY UPDATE last_used_day = GREATEST(peer.last_used_day, VALUES(last_used_day))'])
    dictionary.inserted([{ ...NO_RESULT, written: 1, inserted: 1 }])
    dictionary.found(rowsOf([9, 'QmMissing', 7]))
    assert.deepEqual([there.id, missing.id, dictionary.isFresh('QmThere'), dictionary.isFresh('QmMissing')], [4, 9, false, true])

    assert.equal(other.slot('QmThere', 7), undefined)
    dictionary.committed()
    assert.deepEqual([other.slot('QmThere', 7)?.id, other.slot('QmMissing', 6)?.id], [4, 9])
    assert.equal(other.isFresh('QmMissing'), false)
  })

  test('takes no row for new where another process made some of them meanwhile', () => {
    const dictionary = dictionaryOf('peer')
    dictionary.want(peer('QmA'))
    dictionary.want(peer('QmB'))
    // The row of the other process has an older day, so that it was changed.
    dictionary.inserted([{ ...NO_RESULT, written: 2, inserted: 1 }])

    assert.deepEqual([dictionary.isFresh('QmA'), dictionary.isFresh('QmB')], [false, false])
  })

  test('notes a later day of use once, and no earlier one', () => {
    const dictionary = dictionaryOf('peer')
    dictionary.want(peer('QmOld', 9))
    dictionary.want(peer('QmNew', 5))
    dictionary.want(peer('QmOld', 8))
    dictionary.found(rowsOf([3, 'QmOld', 7], [4, 'QmNew', 7]))

    assert.deepEqual(dictionary.touches(), ['UPDATE peer SET last_used_day = 9 WHERE peer_id IN (3) AND last_used_day < 9'])
    dictionary.committed()
    assert.notEqual(dictionary.slot('QmOld', 9), undefined)
    assert.equal(dictionary.slot('QmNew', 8), undefined)
  })

  test('trusts no number of a row that may have been removed', () => {
    const dictionary = dictionaryOf('peer')
    dictionary.want(peer('Qm', 7))
    dictionary.found(rowsOf([3, 'Qm', 7]))
    dictionary.committed()
    dictionary.trustFrom(7)
    assert.notEqual(dictionary.slot('Qm', 7), undefined)
    dictionary.trustFrom(8)

    assert.equal(dictionary.slot('Qm', 7), undefined)
  })

  test('finds texts of strangers by a hash, since keys ignore spaces at their ends', () => {
    const dictionary = dictionaryOf('detail')
    const [plain, spaced] = ['text', 'text '].map(key => dictionary.want(peer(key)))
    const hashes = ['text', 'text '].map(key => hash('sha256', JSON.stringify([key]), 'hex').slice(0, 32))

    assert.deepEqual(dictionary.lookUps(), [`SELECT detail_id, LOWER(HEX(hash)), last_used_day FROM detail WHERE hash IN (x'${hashes[0]!}',x'${hashes[1]!}')`])
    dictionary.found(rowsOf([1, hashes[0]!, 7], [2, hashes[1]!, 7]))
    assert.deepEqual([plain?.id, spaced?.id], [1, 2])
  })

  test('takes the hash that it is given', () => {
    const dictionary = dictionaryOf('protocolSet')
    dictionary.want({ ...peer('["/a"]'), hash: 'ab'.repeat(16) })

    assert.match(dictionary.inserts(MARIADB)[0]!, /^INSERT INTO protocol_set \(hash,protocols,last_used_day\) VALUES \(x'(ab){16}','\["\/a"\]',7\)/)
  })
})
