import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { systemClock } from '../../../../core/time/clock.ts'
import { awaitCrawls } from '../../../../operator/commands/crawl-now/await-crawls.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import { untilAborted } from '../../../support/until-aborted.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

const AT = '2026-11-30T21:00:00.000Z'
const BEFORE = '2026-11-30T20:00:00.000Z'
const LATER = '2026-11-30T21:00:01.000Z'

const seen = (state: string, requestedAt = AT): KubeObject => ({ ...probeObject(), status: { scans: [{ name: 'main', crawlNow: { requestedAt, state, crawlId: 7 }, lastCrawl: { contacted: 5, dhtServers: 3, durationSeconds: 9 } }] } })

async function wait (states: readonly KubeObject[], timeoutMs = 60_000): Promise<{ isOver: boolean, said: string[] }> {
  const said: string[] = []
  const client = {
    json: async () => await Promise.resolve({ metadata: {}, items: states.slice(0, 1) }),
    async* watch (_: string, __: Record<string, string>, ___: string | undefined, life: AbortSignal) {
      for (const object of states.slice(1)) {
        yield await Promise.resolve({ type: 'MODIFIED', object })
      }
      await untilAborted(life)
    }
  }
  const deps = { client, clock: systemClock, onChange: (message: string) => said.push(message) }

  return { isOver: await awaitCrawls(deps, { namespace: 'lab', name: 'amino', requestedAt: AT, scans: ['main'], timeoutMs }, new AbortController().signal), said }
}

suite('awaitCrawls', () => {
  test('says when the crawl has started and what it found, and takes no earlier one for it', async () => {
    assert.deepEqual(await wait([seen('Finished', BEFORE), seen('Requested'), seen('Running'), seen('Running'), seen('Finished')]), {
      isOver: true,
      said: ['main: crawl 7 has started', 'main: crawl 7 is over: 5 peers contacted, 3 DHT servers, 9 s']
    })
  })

  test('takes a later request for its own', async () => {
    assert.equal((await wait([seen('Finished', LATER)])).isOver, true)
  })

  test('ends in time, and where the PeerProbe is gone', async () => {
    assert.equal((await wait([probeObject()], 20)).isOver, false)
    await assert.rejects(wait([]), { code: 'PP_CONFIG_INVALID', message: /lab\/amino was deleted/ })
  })
})
