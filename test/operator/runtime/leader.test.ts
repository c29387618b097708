import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { ProbeError } from '../../../core/errors.ts'
import { Leader } from '../../../operator/runtime/leader.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import type { KubeRequest } from '../../../operator/runtime/kube-client.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

const lease = { namespace: 'n', name: 'lease' }

/** An API server with one lease, from which some candidates may be cut off. */
class LeaseServer {
  object: KubeObject | undefined
  readonly cutOff = new Set<string>()
  #version = 0

  client (who: string): ConstructorParameters<typeof Leader>[0]['client'] {
    const check = (): void => {
      if (this.cutOff.has(who)) {
        throw new ProbeError('PP_KUBE_UNAVAILABLE', 'cut off')
      }
    }

    return {
      get: async () => {
        check()
        return this.object
      },
      json: async ({ method, body }: KubeRequest) => {
        check()
        const object = body as KubeObject
        if (method === 'POST' ? this.object !== undefined : object.metadata.resourceVersion !== this.object?.metadata.resourceVersion) {
          throw new ProbeError('PP_KUBE_CONFLICT', 'changed meanwhile')
        }
        this.object = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } }
        return this.object
      }
    }
  }

  get holder (): string {
    return (this.object?.['spec'] as { holderIdentity: string } | undefined)?.holderIdentity ?? ''
  }
}

function candidates (...names: string[]): { clock: FakeClock, server: LeaseServer, leaders: Leader[] } {
  const clock = new FakeClock()
  const server = new LeaseServer()
  const leaders = names.map(identity => new Leader({ client: server.client(identity), clock, log: pino({ level: 'silent' }) }, { lease, identity }))

  return { clock, server, leaders }
}

const untilAborted = async (signal: AbortSignal): Promise<void> => {
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })
}

suite('Leader', () => {
  test('leads at once if nobody does, renews the lease, and releases it at the end', async () => {
    const { clock, server, leaders: [leader] } = candidates('a')
    const stop = new AbortController()
    const leading = leader!.lead(untilAborted, stop.signal)
    await clock.advance(60_000)
    assert.ok(leader!.isLeader)
    assert.equal(server.holder, 'a')
    assert.match((server.object?.['spec'] as { renewTime: string }).renewTime, /\.\d{6}Z$/)
    stop.abort()
    await assert.rejects(leading, { name: 'AbortError' })

    assert.ok(!leader!.isLeader)
    assert.equal(server.holder, '')
  })

  test('never leads at the same time as another, whichever candidate is cut off and comes back', async () => {
    const { clock, server, leaders } = candidates('a', 'b')
    const stop = new AbortController()
    const ends = leaders.map(async leader => await leader.lead(untilAborted, stop.signal).catch((err: unknown) => err))
    let both = 0
    const watch = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 500) {
        await clock.advance(500)
        both += Number(leaders.every(({ isLeader }) => isLeader))
      }
    }
    await watch(5_000)
    assert.equal(server.holder, 'a')
    server.cutOff.add('a')
    await watch(30_000)
    assert.equal(server.holder, 'b')
    server.cutOff.delete('a')
    await watch(30_000)
    stop.abort()
    const [first] = await Promise.all(ends)

    assert.equal(both, 0)
    assert.equal((first as ProbeError).code, 'PP_LEADER_LOST')
  })

  test('takes over an abandoned lease once it has seen it unchanged for its duration', async () => {
    const { clock, server, leaders: [leader] } = candidates('b')
    server.object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...lease, resourceVersion: '9' }, spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 4 } }
    const stop = new AbortController()
    const leading = leader!.lead(untilAborted, stop.signal).catch(() => undefined)
    await clock.advance(14_000)
    assert.deepEqual([server.holder, leader!.holder, leader!.isLeader], ['dead', 'dead', false])
    await clock.advance(3_000)
    assert.deepEqual([server.holder, leader!.holder], ['b', 'b'])
    assert.equal((server.object['spec'] as { leaseTransitions: number }).leaseTransitions, 5)
    stop.abort()
    await leading
  })

  test('adds its owner to the lease, next to those of others who share it, and keeps no deleted owner', async () => {
    const server = new LeaseServer()
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true }
    const owned = async (identity: string, uid: string | undefined): Promise<unknown> => {
      const client = server.client(identity)
      const get: typeof client.get = async (kind, key, signal) => kind.kind === 'Lease' ? await client.get(kind, key, signal) : uid === undefined ? undefined : { ...deployment, metadata: { name: key.name, uid } }
      const deps = { client: { ...client, get }, clock: new FakeClock(), log: pino({ level: 'silent' }) }
      await new Leader(deps, { lease, identity, owner: { kind: deployment, name: identity } }).lead(async () => {
        await Promise.resolve()
      }, new AbortController().signal)

      return server.object?.metadata.ownerReferences?.map(owner => `${owner.apiVersion} ${owner.kind} ${owner.name} ${owner.uid}`)
    }

    assert.deepEqual(await owned('a', '1'), ['apps/v1 Deployment a 1'])
    assert.deepEqual(await owned('b', '2'), ['apps/v1 Deployment a 1', 'apps/v1 Deployment b 2'])
    assert.deepEqual(await owned('b', '2'), ['apps/v1 Deployment a 1', 'apps/v1 Deployment b 2'])
    assert.deepEqual(await owned('c', undefined), ['apps/v1 Deployment a 1', 'apps/v1 Deployment b 2'])
  })
})
