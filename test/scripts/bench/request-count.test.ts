import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defined } from '../../../core/defined.ts'
import { requestsOf } from '../../../scripts/bench/request-count.ts'
import type { AuditEvent } from '../../support/servers/audit-log.ts'

test('counts the requests of one user, without those for its lease', () => {
  const event = (username: string, verb: string, resource?: string): AuditEvent => ({
    user: { username },
    verb,
    ...defined({ objectRef: resource === undefined ? undefined : { resource } })
  })
  const events = [event('me', 'get', 'secrets'), event('me', 'list'), event('me', 'patch', 'jobs'), event('me', 'update', 'leases'), event('me', 'get', 'leases'), event('you', 'patch', 'jobs')]

  assert.deepEqual(requestsOf(events, 'me'), { reads: 2, writes: 1 })
})
