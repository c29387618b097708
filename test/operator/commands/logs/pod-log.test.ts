import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { podLog } from '../../../../operator/commands/logs/pod-log.ts'
import { podSelector, readPods } from '../../../../operator/commands/logs/probe-pods.ts'
import { textLines } from '../../../../operator/commands/logs/text-lines.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { LogLine } from '../../../../operator/commands/logs/pod-log.ts'
import type { KubeRequest } from '../../../../operator/runtime/kube-client.ts'

const { signal } = new AbortController()

async function* chunks (...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) {
    yield await Promise.resolve(Buffer.from(text))
  }
}

suite('textLines', () => {
  test('puts lines together from pieces, cuts long ones, and gives the last one without an end', async () => {
    assert.deepEqual(await Array.fromAsync(textLines(chunks('a', 'b\n\nc', '\ncdefgh'), 4)), ['ab', '', 'c', 'cdef', 'gh'])
    assert.deepEqual(await Array.fromAsync(textLines(chunks(), 4)), [])
    assert.deepEqual(await Array.fromAsync(textLines(chunks('abcd\nx\n'), 4)), ['abcd', 'x'])
  })
})

suite('podLog', () => {
  test('asks for what is chosen, and takes times apart so that they compare as texts', async () => {
    const asked: KubeRequest[] = []
    const client = { bytes: (request: KubeRequest) => {
      asked.push(request)
      return chunks('2026-11-30T21:00:00.5Z {"a":1}\n2026-11-30T21:00:00.123456789Z b\n2026-11-30T21:00:01Z c\nno time\n')
    } }
    const read = async (choice: object): Promise<LogLine[]> => await Array.fromAsync(podLog(client, { namespace: 'lab', name: 'p' }, { container: 'peerprobe', ...choice }, signal))
    const lines = await read({ tail: 0, sinceSeconds: 60, previous: true, follow: true, maxBytes: 9 })
    await read({ sinceTime: '2026-11-30T21:00:00Z' })

    assert.deepEqual(lines, [
      { time: '2026-11-30T21:00:00.500000000Z', text: '{"a":1}' },
      { time: '2026-11-30T21:00:00.123456789Z', text: 'b' },
      { time: '2026-11-30T21:00:01.000000000Z', text: 'c' },
      { time: undefined, text: 'no time' }
    ])
    assert.equal(asked[0]?.path, '/api/v1/namespaces/lab/pods/p/log')
    assert.deepEqual(asked[0].query, { container: 'peerprobe', timestamps: 'true', tailLines: '0', sinceSeconds: '60', limitBytes: '9', previous: 'true', follow: 'true' })
    assert.deepEqual(asked[1]?.query, { container: 'peerprobe', timestamps: 'true', sinceTime: '2026-11-30T21:00:00Z' })
  })
})

suite('the pods of a choice', () => {
  test('are selected by the labels that never change; a scan that is not there is refused with those that are', () => {
    const selector = (choice: object): string => podSelector(probeObject(), choice)

    assert.equal(selector({}), 'peerprobe.dev/probe=amino')
    assert.equal(selector({ consumers: true }), 'app.kubernetes.io/component=consumer,peerprobe.dev/probe=amino')
    assert.equal(selector({ scan: 'main' }), 'app.kubernetes.io/component=crawler,peerprobe.dev/probe=amino,peerprobe.dev/scan=main')
    assert.throws(() => selector({ scan: 'x' }), { code: 'PP_CONFIG_INVALID', message: '--scan: PeerProbe lab/amino has no scan x; it has: main' })
  })

  test('come in the order of their names', async () => {
    const client = { json: async () => await Promise.resolve({ items: ['b', 'a'].map(name => ({ metadata: { name } })) }) }

    assert.deepEqual((await readPods(client, 'lab', 'x=y', signal)).map(({ metadata }) => metadata.name), ['a', 'b'])
  })
})
