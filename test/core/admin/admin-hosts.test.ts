import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { adminHosts } from '../../../core/admin/admin-hosts.ts'
import { isProbeError } from '../../../core/errors.ts'

suite('where an admin server listens', () => {
  test('is at the pod\'s addresses where a variable holds them, else at its host, else on this machine alone', () => {
    assert.deepEqual(adminHosts({ host: '::', hostVariable: 'POD_IPS' }, { POD_IPS: '10.0.0.7,fd00::7' }), ['10.0.0.7', 'fd00::7'])
    assert.deepEqual(adminHosts({ host: '::', hostVariable: 'POD_IPS' }, { POD_IPS: ' fd00::7 , fd00::7,' }), ['fd00::7'])
    assert.deepEqual(adminHosts({ host: '::' }, { POD_IPS: '10.0.0.7' }), ['::'])
    assert.deepEqual(adminHosts({ host: '10.0.0.7,fd00::7' }, {}), ['10.0.0.7', 'fd00::7'])
    assert.deepEqual(adminHosts({}, {}), ['127.0.0.1'])
  })

  test('is never everywhere because a variable is at fault: it is named with what it holds', () => {
    for (const value of [undefined, '', ' , ', 'localhost', '10.0.0.7,', '10.0.0.7;fd00::7', '10.0.0.7/24', '[fd00::7]', '10.0.0.7,db']) {
      const open = (): unknown => adminHosts({ host: '::', hostVariable: 'POD_IPS' }, value === undefined ? {} : { POD_IPS: value })

      if (value === '10.0.0.7,') {
        assert.deepEqual(open(), ['10.0.0.7'])
      } else {
        assert.throws(open, err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.startsWith('admin.hostVariable: POD_IPS is'), value)
      }
    }
  })
})
