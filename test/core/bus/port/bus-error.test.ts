import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { asBusError, isBusy } from '../../../../core/bus/port/bus-error.ts'
import { isProbeError } from '../../../../core/errors.ts'

function thrownBy (work: () => unknown): unknown {
  try {
    return work()
  } catch (err) {
    return err
  }
}

suite('asBusError', () => {
  test('names the file and keeps the cause of a failing file', () => {
    const cause = thrownBy(() => new DatabaseSync('/nowhere/at/all.db'))
    const err = asBusError(cause, 'bus.db')

    assert.ok(isProbeError(err, 'PP_FILE_UNUSABLE') && err.message.includes('bus.db') && err.cause === cause)
    assert.equal(isBusy(err), false)
  })

  test('tells a locked file, which another try will find free', () => {
    assert.equal(isBusy(asBusError(Object.assign(new TypeError('locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 }), 'bus.db')), true)
  })

  test('calls use after closing by its name', () => {
    const database = new DatabaseSync(':memory:')
    database.close()

    assert.ok(isProbeError(asBusError(thrownBy(() => {
      database.exec('SELECT 1')
    }), 'bus.db'), 'PP_BUS_CLOSED'))
  })

  test('passes other errors as they are', () => {
    const err = new TypeError('x')
    assert.equal(asBusError(err, 'bus.db'), err)
  })
})
