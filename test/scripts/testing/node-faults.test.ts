import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { pidsOf } from '../../support/node/box-processes.ts'
import { FAULTS, namedFaults } from '../../support/node/faults.ts'

suite('the faults of a node', () => {
  test('can each be chosen by name', () => {
    for (const name of Object.keys(FAULTS)) {
      assert.deepEqual(namedFaults(`the node is drained, ${name}`), ['the node is drained', name])
    }
  })

  test('are listed for a name that none has', () => {
    assert.throws(() => namedFaults('the broker is killed,the moon falls'), /PEERPROBE_FAULTS: no fault is called "the moon falls"; take some of: the operator is killed, /)
  })

  test('end the processes that have an argument, not those whose argument contains it', async () => {
    const name = `fault-${String(process.pid)}/main.ts`
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)', name], { stdio: 'ignore' })
    await once(child, 'spawn')

    try {
      assert.deepEqual(pidsOf(name), [child.pid])
      assert.deepEqual(pidsOf(name.slice(1)), [])
    } finally {
      child.kill('SIGKILL')
    }
  })
})
