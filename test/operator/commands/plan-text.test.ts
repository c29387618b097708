import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planText } from '../../../operator/commands/plan-text.ts'
import type { Change } from '../../../operator/commands/plan.ts'

test('planText shows what changes, escapes control characters, and counts', () => {
  const change = (action: Change['action'], name: string, lines: string[] = []): Change => ({ kind: 'Job', namespace: 'lab', name, action, lines })
  const changes = [change('keep', 'a'), change('make', 'b'), change('change', 'c', ['-x: 1', '+x: \u001b[2J']), change('remove', 'd'), change('refuse', 'e', ['not ours'])]

  assert.equal(planText({ changes, notes: ['a Secret is missing'] }), `+ Job lab/b
~ Job lab/c
    -x: 1
    +x: \\u{1b}[2J
- Job lab/d
! Job lab/e
    not ours
note: a Secret is missing
1 to create, 1 to change, 1 to remove, 1 refused, 1 as they are
`)
})
