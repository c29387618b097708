import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { suite, test } from 'node:test'
import { KubeConfig } from '@kubernetes/client-node'
import { defined } from '../../../core/defined.ts'
import { KINDS } from '../../../operator/model/naming/kinds.ts'
import { isNotFound, KubeClient } from '../../../operator/runtime/kube-client.ts'
import type { RequestEnd } from '../../../operator/runtime/kube-client.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Seen { method: string | undefined, url: string | undefined, type: string | undefined, body: string }
type Answer = (response: ServerResponse) => void

const KEY = { namespace: 'a', name: 'b' }
const signal = new AbortController().signal

suite('the client of the API server', () => {
  test('sends the complete body of a DELETE', async () => {
    const { seen } = await exchange(answer(200, {}), async client => client.remove(KINDS.configMap, { ...KEY, uid: 'u' }, signal))

    assert.equal(seen.method, 'DELETE')
    assert.equal(seen.url, '/api/v1/namespaces/a/configmaps/b')
    assert.deepEqual(JSON.parse(seen.body), { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid: 'u' } })
  })

  test('applies by force with its field manager, and as a dry run', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: KEY }
    const { seen, result } = await exchange(answer(200, { kind: 'é' }), async client => client.apply(KINDS.configMap, object, { fieldManager: 'me', dryRun: true }, signal))

    assert.deepEqual(result, { kind: 'é' })
    assert.equal(seen.type, 'application/apply-patch+yaml')
    assert.equal(seen.url, '/api/v1/namespaces/a/configmaps/b?fieldManager=me&force=true&dryRun=All')
    assert.deepEqual(JSON.parse(seen.body), object)
  })

  test('reads only metadata on request', async () => {
    let accept: string | undefined
    const { result } = await exchange((response) => {
      accept = response.req.headers.accept
      answer(200, { metadata: { resourceVersion: '7' } })(response)
    }, async client => client.getMetadata(KINDS.secret, KEY, signal))

    assert.deepEqual(result, { metadata: { resourceVersion: '7' } })
    assert.match(accept ?? '', /as=PartialObjectMetadata;/)
  })

  test('distinguishes a missing object from a failure', async () => {
    const gone = answer(404, { message: 'not found' })

    assert.equal((await exchange(gone, async client => client.get(KINDS.configMap, KEY, signal))).result, undefined)
    await exchange(gone, async client => client.remove(KINDS.configMap, KEY, signal))
    await assert.rejects(exchange(gone, async client => client.merge(KINDS.configMap, KEY, {}, signal)), (err: unknown) => isNotFound(err))
    await assert.rejects(exchange(answer(409, { message: 'old' }), async client => client.putStatus(KINDS.configMap, { metadata: KEY, apiVersion: 'v1', kind: 'ConfigMap' }, signal)), { code: 'PP_KUBE_CONFLICT' })
  })

  test('reports a proxy page, a broken answer and no answer as errors with a code', async () => {
    const read = async (client: KubeClient): Promise<unknown> => client.get(KINDS.configMap, KEY, signal)

    await assert.rejects(exchange(response => response.writeHead(502).end('<html>'), read), { code: 'PP_KUBE_UNAVAILABLE' })
    await assert.rejects(exchange(response => response.end('{"half":'), read), { code: 'PP_KUBE_UNAVAILABLE' })
    await assert.rejects(exchange(response => response.destroy(), read), { code: 'PP_KUBE_UNAVAILABLE' })
    await assert.rejects(exchange(() => undefined, read), { code: 'PP_KUBE_UNAVAILABLE' })
  })

  test('counts each request with its outcome', async () => {
    const counted: string[] = []
    await exchange(answer(200, {}), async client => client.get(KINDS.configMap, KEY, signal), ({ method, code, durationMs }) => {
      counted.push(`${method} ${code} ${String(durationMs > 0)}`)
    })

    assert.deepEqual(counted, ['GET 200 true'])
  })
})

function answer (status: number, body: object): Answer {
  return response => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

interface Exchange<T> { seen: Seen, result: T }

async function exchange<T> (reply: Answer, ask: (client: KubeClient) => Promise<T>, onRequest?: (end: RequestEnd) => void): Promise<Exchange<T>> {
  const seen: Seen[] = []
  const server = createServer((request: IncomingMessage, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      seen.push({ method: request.method, url: request.url, type: request.headers['content-type'], body: Buffer.concat(chunks).toString() })
      reply(response)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const config = new KubeConfig()
  config.loadFromClusterAndUser({ name: 'c', server: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, skipTLSVerify: true }, { name: 'u' })

  try {
    const result = await ask(new KubeClient(config, { timeoutMs: 500, ...defined({ onRequest }) }))
    assert.ok(seen[0])

    return { seen: seen[0], result }
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
