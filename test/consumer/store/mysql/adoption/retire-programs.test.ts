import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { inspectPrograms, isAtWork, listPrograms } from '../../../../../consumer/store/mysql/adoption/retire-programs.ts'
import { quotedName, storedPrograms } from '../../../../../consumer/store/mysql/adoption/stored-programs.ts'
import { isProbeError, ProbeError } from '../../../../../core/errors.ts'
import { MYSQL, ScriptedConnection } from '../../../../support/consumer/scripted-connection.ts'
import type { SqlValue } from '../../../../../consumer/store/mysql/server/query-result.ts'
import type { Answer } from '../../../../support/consumer/scripted-connection.ts'

type Script = (statement: string) => Answer | undefined

/** A server with these events and routines, and a user who sees them. */
function serverWith (events: SqlValue[][], routines: SqlValue[][] = [], others: Script = () => undefined): ScriptedConnection {
  return new ScriptedConnection((statement) => {
    const answer = others(statement)

    return answer ?? (statement.includes('information_schema.EVENTS')
      ? events
      : statement.includes('information_schema.ROUTINES')
        ? routines
        : statement === 'SELECT DATABASE()'
          ? [['Own']]
          : statement === 'SELECT CURRENT_USER()' ? [['u@h@%']] : statement === 'SHOW GRANTS' ? [['GRANT ALL PRIVILEGES ON *.* TO `u`@`%`']] : [])
  }, MYSQL)
}

const event = (n: number): SqlValue[] => ['Own', `e${String(n)}`, 'EVENT', 'DELETE FROM node_info', 'ENABLED', '']

suite('inspectPrograms', () => {
  test('names each writer with the statement that ends it, fifty at most', async () => {
    const server = serverWith(Array.from({ length: 60 }, (_, i) => event(i)))

    await assert.rejects(inspectPrograms(server.asConnection), err => isProbeError(err, 'PP_STORE_OTHER_PROGRAM')
      && err.message.includes('event `e49` (ENABLED) writes node_info: DROP EVENT `e49` (or ALTER EVENT `e49` DISABLE); and 10 more')
      && !err.message.includes('`e50`') && (err.details['programs'] as unknown[]).length === 50)
  })

  test('lets disabled events and what this user cannot read pass, and says so', async () => {
    const { programs, unseen } = await inspectPrograms(serverWith([['Own', 'e', 'EVENT', 'DELETE FROM node_info', 'DISABLED', '']], [['Own', 'p', 'PROCEDURE', null, '', '']]).asConnection)

    assert.deepEqual(programs.map(({ name, what, retire }) => [name, what, retire]), [
      ['`e`', '(DISABLED) writes node_info', 'DROP EVENT `e` (or ALTER EVENT `e` DISABLE)'],
      ['`p`', 'cannot be read by this user', 'DROP PROCEDURE `p`']
    ])
    assert.deepEqual(programs.map(isAtWork), [false, false])
    assert.deepEqual(unseen, ['the text of `p` (GRANT SHOW_ROUTINE ON *.*)'])
  })

  test('says which kinds are hidden, also where it refuses', async () => {
    const hidden = (statement: string): Answer | undefined => statement === 'SHOW EVENTS' ? new ProbeError('PP_STORE_GRANT_MISSING', 'no') : statement === 'SHOW GRANTS' ? [] : undefined

    await assert.rejects(inspectPrograms(serverWith([event(1)], [], hidden).asConnection), err => isProbeError(err) && err.message.endsWith('This user does not see events (GRANT EVENT ON `Own`.* TO \'u@h\'@\'%\'), triggers (GRANT TRIGGER ON `Own`.* TO \'u@h\'@\'%\'), routines (GRANT EXECUTE ON `Own`.* TO \'u@h\'@\'%\')'))
  })
})

test('listPrograms leaves out what belongs to other schemas and changes none of our objects', async () => {
  const { programs } = await listPrograms(serverWith([['other', 'e', 'EVENT', 'DELETE FROM node_info', 'ENABLED', ''], ['other', 'f', 'EVENT', 'DELETE FROM own.node_info', 'ENABLED', '']]).asConnection)

  assert.deepEqual(programs.map(({ name }) => name), ['`other`.`f`'])
})

test('storedPrograms passes on a failure that is no lack of a privilege, and says where it stopped reading', async () => {
  const gone = (statement: string): Answer | undefined => statement === 'SHOW EVENTS' ? new ProbeError('PP_STORE_UNAVAILABLE', 'gone') : undefined
  await assert.rejects(storedPrograms(serverWith([], [], gone).asConnection, 'Own'), err => isProbeError(err, 'PP_STORE_UNAVAILABLE'))

  const { unseen } = await storedPrograms(serverWith(Array.from({ length: 10_000 }, (_, i) => event(i))).asConnection, 'Own')
  assert.deepEqual(unseen, ['programs after the first 10000 of each kind on this server'])
})

test('quotedName doubles the quotes inside', () => {
  assert.equal(quotedName('a`b'), '`a``b`')
})
