import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { KubeConfig } from '@kubernetes/client-node'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { ProbeError } from '../../../core/errors.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { ControllerMetrics } from '../../../operator/metrics/controller-metrics.ts'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { Controller } from '../../../operator/runtime/controller.ts'
import { isNotFound, KubeClient } from '../../../operator/runtime/kube-client.ts'
import { keyOf } from '../../../operator/runtime/kube-object.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { until } from '../../support/until.ts'
import type { Watched } from '../../../operator/runtime/controller.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const { signal } = new AbortController()

interface Served extends AsyncDisposable {
  client: KubeClient
  requests: string[]
  codes: string[]
}

/** A real HTTP server in place of the API server. */
async function serve (handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Served> {
  const requests: string[] = []
  const codes: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${String(request.method)} ${String(request.url)}`)
    handle(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const config = new KubeConfig()
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  config.loadFromOptions({ clusters: [{ name: 'c', server: url, skipTLSVerify: true }], users: [{ name: 'u' }], contexts: [{ name: 'x', cluster: 'c', user: 'u' }], currentContext: 'x' })

  return {
    client: new KubeClient(config, { timeoutMs: 2_000, onRequest: ({ method, code }) => codes.push(`${method} ${code}`) }),
    requests,
    codes,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    }
  }
}

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

suite('KubeClient', () => {
  test('keeps unknown fields, and classifies answers', async () => {
    await using rig = await serve((request, response) => {
      if (request.url?.startsWith('/api/v1/namespaces/n/pods/here') === true) {
        answer(response, 200, { metadata: { name: 'here' }, fieldOfNextYear: { deep: true } })
      } else {
        answer(response, request.method === 'GET' ? 404 : 409, { message: 'no' })
      }
    })

    assert.deepEqual((await rig.client.get(KINDS.pod, { namespace: 'n', name: 'here' }, signal))?.['fieldOfNextYear'], { deep: true })
    assert.equal(await rig.client.get(KINDS.pod, { namespace: 'n', name: 'gone' }, signal), undefined)
    await assert.rejects(rig.client.merge(KINDS.pod, { namespace: 'n', name: 'x' }, {}, signal), { code: 'PP_KUBE_CONFLICT' })
    await assert.rejects(rig.client.json({ method: 'GET', path: '/apis/none' }, signal), isNotFound)
    assert.deepEqual(rig.codes, ['GET 200', 'GET 404', 'PATCH 409', 'GET 404'])
  })

  test('gives up on a server that does not answer, and on one that does not exist', async () => {
    await using rig = await serve(() => undefined)
    await assert.rejects(rig.client.json({ method: 'GET', path: '/x' }, signal), { code: 'PP_KUBE_UNAVAILABLE' })
    await rig[Symbol.asyncDispose]()
    await assert.rejects(rig.client.json({ method: 'GET', path: '/x' }, signal), { code: 'PP_KUBE_UNAVAILABLE' })
    await assert.rejects(rig.client.json({ method: 'GET', path: '/x' }, AbortSignal.abort()), { name: 'AbortError' })
  })
})

suite('Controller', () => {
  test('reconciles existing objects once everything is listed, and then changes', async () => {
    const pods = [{ metadata: { namespace: 'n', name: 'a', resourceVersion: '1' } }]
    let push: (event: object) => void = () => undefined
    await using rig = await serve((request, response) => {
      if (request.url?.includes('watch=true') === true) {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.flushHeaders()
        push = (event) => {
          response.write(`${JSON.stringify(event)}\n`)
        }
      } else {
        answer(response, 200, { metadata: { resourceVersion: '1' }, items: pods })
      }
    })
    const reconciled: string[] = []
    const registry = new Registry()
    const controller: Controller = new Controller({
      client: rig.client,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      reconcile: async (key) => {
        reconciled.push(key)
        return { done: true }
      },
      observer: new ControllerMetrics(registry, { controller: 'pods', workers: 2, depth: () => 3, active: () => 1, longestMs: () => 0, isLeader: () => true, watches: () => controller.watches, polled: () => 0 })
    }, { watched: [{ kind: KINDS.pod, keysOf: ({ metadata }) => [keyOf(metadata)] }], workers: 2 })
    const stop = new AbortController()
    using stack = new DisposableStack()
    stack.defer(() => {
      stop.abort()
    })
    const running = controller.run(stop.signal)
    await until('the first is reconciled and the watch stands', () => reconciled.length === 1 && rig.requests.some(request => request.includes('watch=true')))
    push({ type: 'ADDED', object: { metadata: { namespace: 'n', name: 'b', resourceVersion: '2' } } })
    await until('the second is reconciled', () => reconciled.length === 2)
    stop.abort()
    await running
    const text = await registry.metrics()

    assert.deepEqual(reconciled, ['n/a', 'n/b'])
    assert.equal(controller.store('Pod').size, 2)
    assert.throws(() => controller.store('Node'), TypeError)
    assert.ok(controller.silentMs < 60_000)
    assert.deepEqual([controller.isWatched('Pod'), controller.isWatched('Node')], [true, false])
    assert.match(text, /controller_runtime_reconcile_total\{controller="pods",result="success"\} 2/)
    assert.match(text, /workqueue_depth\{name="pods"\} 3/)
    assert.match(text, /peerprobe_operator_watched_objects\{kind="Pod"\} 2/)
    assert.match(text, /peerprobe_operator_watch_age_seconds\{kind="Pod"\} \d/)
    assert.match(text, /leader_election_master_status\{name="pods"\} 1/)
  })

  test('watches a kind in several namespaces, and a list of one removes nothing of the others', async () => {
    const clock = new FakeClock()
    const listed: string[] = []
    const inNamespace: Record<string, string[]> = { one: ['a'], two: ['b'] }
    let expire = (): void => undefined
    const client = {
      json: async ({ path }: { path: string }) => {
        const namespace = /namespaces\/([^/]+)/.exec(path)?.[1] ?? ''
        listed.push(namespace)
        return await Promise.resolve({ metadata: { resourceVersion: '1' }, items: inNamespace[namespace]!.map(name => ({ metadata: { namespace, name, resourceVersion: '1' } })) })
      },
      async* watch (path: string, _query: object, _accept: unknown, life: AbortSignal): AsyncGenerator {
        yield { type: 'BOOKMARK', object: { metadata: { resourceVersion: '1' } } }
        await new Promise((_, reject) => {
          life.addEventListener('abort', () => {
            reject(life.reason as Error)
          })
          if (path.includes('/one/') && listed.length === 2) {
            expire = () => {
              reject(new ProbeError('PP_KUBE_GONE', 'gone'))
            }
          }
        })
      }
    }
    const controller = new Controller({
      client: client as unknown as KubeClient,
      clock,
      log: pino({ level: 'silent' }),
      reconcile: async () => await Promise.resolve({ done: true })
    }, { watched: ['one', 'two'].map(namespace => ({ kind: KINDS.pod, namespace, keysOf: ({ metadata }) => [keyOf(metadata)] })), workers: 1 })
    const stop = new AbortController()
    const running = controller.run(stop.signal)
    const names = (): string[] => controller.store('Pod').all().map(({ metadata }) => metadata.name).sort()

    await until('both are listed', () => names().length === 2)
    assert.deepEqual([...listed].sort(), ['one', 'two'])
    assert.deepEqual([controller.isWatched('Pod', 'one'), controller.isWatched('Pod', 'two'), controller.isWatched('Pod', 'three'), controller.isWatched('Pod')], [true, true, false, false])
    controller.remember({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'two', name: 'c', resourceVersion: '2' } })
    controller.remember({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'three', name: 'd', resourceVersion: '2' } })
    assert.deepEqual(names(), ['a', 'b', 'c'])
    inNamespace['one'] = []
    await until('the watch stands', () => {
      expire()
      return listed.length > 2
    })
    await until('the deleted one is forgotten', () => !names().includes('a'))
    assert.deepEqual(names(), ['b', 'c'])
    stop.abort()
    await running
  })

  test('watches optional kinds while the cluster serves them, in the served version', async () => {
    const topic = (version: string): Watched => ({ kind: { apiVersion: `x.io/${version}`, kind: 'Topic', plural: 'topics', namespaced: true }, namespace: 'n', keysOf: ({ metadata }) => [`${version} ${keyOf(metadata)}`] })
    const clock = new FakeClock()
    let served: Watched[] | undefined
    const ask = async (): Promise<Watched[]> => {
      if (served === undefined) {
        throw new ProbeError('PP_KUBE_UNAVAILABLE', 'away')
      }
      return await Promise.resolve(served)
    }
    const client = {
      json: async () => await Promise.resolve({ metadata: { resourceVersion: '1' }, items: [{ metadata: { namespace: 'n', name: 'a', resourceVersion: '1' } }] }),
      async* watch (_path: string, _query: object, _accept: unknown, life: AbortSignal): AsyncGenerator {
        yield { type: 'BOOKMARK', object: { metadata: { resourceVersion: '1' } } }
        await new Promise((_, reject) => {
          life.addEventListener('abort', () => {
            reject(life.reason as Error)
          })
        })
      }
    }
    const reconciled: string[] = []
    const controller = new Controller({
      client: client as unknown as KubeClient,
      clock,
      log: pino({ level: 'silent' }),
      reconcile: async (key) => {
        reconciled.push(key)
        return await Promise.resolve({ done: true })
      }
    }, { watched: [], workers: 1, optional: ask })
    const stop = new AbortController()
    const running = controller.run(stop.signal)
    const after = async (now: Watched[] | undefined): Promise<boolean[]> => {
      served = now
      await clock.advance(11_000)
      return [controller.isWatched('Topic', 'n'), controller.isWatched('Topic', 'other'), controller.isWatched('Topic')]
    }

    assert.deepEqual(await after(undefined), [false, false, false])
    assert.deepEqual(await after([topic('v1beta2')]), [true, false, false])
    assert.equal(controller.store('Topic').size, 1)
    assert.deepEqual(await after([topic('v1')]), [true, false, false])
    assert.deepEqual(await after([]), [false, false, false])
    assert.throws(() => controller.store('Topic'), TypeError)
    assert.equal(controller.silentMs, 0)
    stop.abort()
    await running

    assert.deepEqual(reconciled, ['v1beta2 n/a', 'v1 n/a'])
  })
})
