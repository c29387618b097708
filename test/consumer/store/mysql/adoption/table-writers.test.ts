import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { effectsOf } from '../../../../../consumer/store/mysql/adoption/program-effects.ts'
import { judgePrograms } from '../../../../../consumer/store/mysql/adoption/table-writers.ts'
import type { StoredProgram } from '../../../../../consumer/store/mysql/adoption/stored-programs.ts'

const program = (kind: StoredProgram['kind'], name: string, body: string | undefined, more: Partial<StoredProgram> = {}): StoredProgram => {
  const { schema = 'own' } = more

  return { kind, schema, name, shown: name, when: '', isActive: true, concerns: schema === 'own' ? 'own' : 'other', effects: body === undefined ? undefined : effectsOf(body, schema), ...more }
}

const judge = (programs: StoredProgram[], views: { name: string, text: string }[] = []): Record<string, string> =>
  Object.fromEntries(judgePrograms({ programs, views: views.map(view => ({ schema: 'own', ...view })), unseen: [] }, [{ schema: 'own', name: 'node_info' }]).map(({ program: { name }, why }) => [name, why]))

suite('judgePrograms', () => {
  test('follows calls over as many steps as it takes, whatever their order, and rings too', () => {
    assert.deepEqual(judge([
      program('EVENT', 'e', 'CALL a'),
      program('PROCEDURE', 'a', 'CALL b'),
      program('PROCEDURE', 'b', 'BEGIN CALL a; SET @x = f(); END'),
      program('FUNCTION', 'f', 'DELETE FROM node_info'),
      program('PROCEDURE', 'ring', 'CALL gnir'),
      program('PROCEDURE', 'gnir', 'CALL ring')
    ]), {
      e: 'calls a, which calls b, which calls f, which writes node_info',
      a: 'calls b, which calls f, which writes node_info',
      b: 'calls f, which writes node_info',
      f: 'writes node_info',
      ring: '',
      gnir: ''
    })
  })

  test('follows views over views, and triggers that another one sets off', () => {
    const views = [{ name: 'outer', text: 'select * from `own`.`inner`' }, { name: 'inner', text: 'select * from `own`.`node_info`' }]
    const on = (name: string): Partial<StoredProgram> => ({ table: { schema: 'own', name } })

    assert.deepEqual(judge([
      program('EVENT', 'through', 'DELETE FROM outer'),
      program('TRIGGER', 'second', 'UPDATE node_info SET a = 1', on('middle')),
      program('TRIGGER', 'first', 'INSERT INTO middle VALUES (1)', on('start')),
      program('EVENT', 'starts', 'INSERT INTO start VALUES (1)'),
      program('EVENT', 'other', 'INSERT INTO elsewhere VALUES (1)')
    ], views), { through: 'writes outer', second: 'writes node_info', first: 'writes middle', starts: 'writes start', other: '' })
  })

  test('takes what it cannot read for what writes where it is called here, and leaves other schemas their own', () => {
    assert.deepEqual(judge([
      program('EVENT', 'unread', 'CALL hidden'),
      program('PROCEDURE', 'hidden', undefined),
      program('EVENT', 'missing', 'CALL gone'),
      program('PROCEDURE', 'dynamic', 'PREPARE s FROM @s'),
      program('EVENT', 'theirs', 'CALL hidden', { schema: 'other' }),
      program('PROCEDURE', 'their_dynamic', 'PREPARE s FROM @s', { schema: 'other' }),
      program('PROCEDURE', 'naming', 'PREPARE s FROM @s', { schema: 'other', concerns: 'named' })
    ]), {
      unread: 'calls hidden, which this user cannot read',
      hidden: '',
      missing: 'calls gone, which this user cannot read',
      dynamic: 'runs statements that it builds at run time',
      theirs: '',
      their_dynamic: '',
      naming: 'runs statements that it builds at run time'
    })
  })
})
