import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../../core/time/clock.ts'
import { awaitReady } from '../../../../operator/commands/status/await-ready.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { untilAborted } from '../../../support/until-aborted.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const { signal } = new AbortController()
const withReady = (status: string, reason: string, observedGeneration = 3): KubeObject => ({ ...probeObject(), status: { observedGeneration, conditions: [{ type: 'Ready', status, reason, message: 'm' }] } })

interface Waited { isReady: boolean, said: string[] }

async function wait (states: readonly KubeObject[], { timeoutMs = 60_000, deletes = false } = {}): Promise<Waited> {
  const said: string[] = []
  const [first, ...next] = states
  const client = {
    json: async () => await Promise.resolve({ metadata: { resourceVersion: '1' }, items: first === undefined ? [] : [first] }),
    async* watch (_: string, __: Record<string, string>, ___: string | undefined, life: AbortSignal) {
      for (const object of next) {
        yield await Promise.resolve({ type: 'MODIFIED', object })
      }
      if (deletes) {
        yield { type: 'DELETED', object: first }
      }
      await untilAborted(life)
    }
  }
  const isReady = await awaitReady({ client, clock: systemClock, onChange: (_, message) => said.push(message) }, { namespace: 'lab', name: 'amino', timeoutMs }, signal)

  return { isReady, said }
}

suite('awaitReady', () => {
  test('waits until the operator has seen the last change and all is ready, and says each other reason once', async () => {
    const { isReady, said } = await wait([withReady('True', 'Running', 2), withReady('False', 'SecretMissing'), withReady('False', 'SecretMissing'), withReady('True', 'Running')])

    assert.equal(isReady, true)
    assert.deepEqual(said.map(text => text.split(':')[0]), ['not ready, ChangeNotSeen', 'not ready, SecretMissing'])
  })

  test('is false where that does not come in time, and fails where it was deleted', async () => {
    assert.equal((await wait([withReady('False', 'SecretMissing')], { timeoutMs: 20 })).isReady, false)
    await assert.rejects(wait([withReady('False', 'SecretMissing')], { deletes: true }), { code: 'PP_CONFIG_INVALID', message: 'PeerProbe amino was deleted in the meantime' })
  })
})
