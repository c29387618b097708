import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bareHost, hostPort } from '../../../core/text/host-port.ts'

suite('bareHost', () => {
  for (const [host, bare] of [
    ['[::1]', '::1'],
    ['[2001:db8::5]', '2001:db8::5'],
    ['[::ffff:192.0.2.1]', '::ffff:192.0.2.1'],
    ['::1', '::1'],
    ['192.0.2.1', '192.0.2.1'],
    ['db.example', 'db.example'],
    ['[db.example]', '[db.example]'],
    ['[]', '[]'],
    ['', '']
  ] as const) {
    test(`of '${host}' is '${bare}'`, () => {
      assert.equal(bareHost(host), bare)
    })
  }
})

test('hostPort puts an IPv6 address, and nothing else, in brackets', () => {
  assert.deepEqual(['::1', '192.0.2.1', 'db.example'].map(host => hostPort(host, 3_306)), ['[::1]:3306', '192.0.2.1:3306', 'db.example:3306'])
})
