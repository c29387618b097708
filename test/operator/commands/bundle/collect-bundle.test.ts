import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ProbeError } from '../../../../core/errors.ts'
import { BundleReader } from '../../../../operator/commands/bundle/bundle-reader.ts'
import { collectBundle } from '../../../../operator/commands/bundle/collect-bundle.ts'
import { KINDS } from '../../../../operator/model/naming/kinds.ts'
import { probeObject } from '../../../support/cluster/cluster-probe.ts'
import type { MissingPart } from '../../../../operator/commands/bundle/bundle-archive.ts'
import type { KubeRequest } from '../../../../operator/runtime/kube-client.ts'
import type { KubeObject } from '../../../../operator/runtime/kube-object.ts'

type Answer = (request: KubeRequest) => unknown

const POD = { metadata: { name: 'amino-consumer-1', namespace: 'lab' }, status: { containerStatuses: [{ name: 'peerprobe', restartCount: 1 }] } }

interface Collected { files: Map<string, string>, missing: MissingPart[], asked: string[] }

async function collect (answer: Answer, options: { probe?: KubeObject, signal?: AbortSignal } = {}): Promise<Collected> {
  const { probe = probeObject(), signal = new AbortController().signal } = options
  const collected: Collected = { files: new Map(), missing: [], asked: [] }
  const ask = (request: KubeRequest): unknown => {
    collected.asked.push(request.path)
    return answer(request)
  }
  const client = {
    json: async (request: KubeRequest) => await Promise.resolve(ask(request)),
    async* bytes (request: KubeRequest) {
      yield await Promise.resolve(Buffer.from(String(ask(request))))
    }
  }
  const archive = { missing: collected.missing, add: (path: string, content: string) => {
    collected.files.set(path, content)
  } }
  await collectBundle({ reader: new BundleReader(client), archive, nowMs: 0, operatorNamespace: 'system', sinceSeconds: 60 }, probe, signal)

  return collected
}

function world ({ path }: KubeRequest): unknown {
  if (path.endsWith('/log')) {
    return '2026-11-30T21:00:00.5Z {"msg":"hello","password":"canary"}\n'
  }
  if (path.includes('/proxy/')) {
    return path.endsWith('/metrics') ? '# TYPE x gauge\nx 1\n' : '{"lag":null}'
  }

  return path === '/version' ? { gitVersion: 'v1.35.0' } : { items: path.endsWith('/namespaces/lab/pods') ? [POD] : [] }
}

suite('collectBundle', () => {
  test('holds objects, conditions, logs of this run and the one before, figures and versions', async () => {
    const { files, missing } = await collect(world)

    assert.deepEqual([...files.keys()], [
      'objects/amino.yaml',
      'events.yaml',
      'status.txt',
      'versions.json',
      'objects/pods/amino-consumer-1.yaml',
      ...['log.txt', 'status.json', 'metrics.txt', 'log.previous.txt'].map(file => `pods/amino-consumer-1/${file}`)
    ])
    assert.equal(files.get('pods/amino-consumer-1/log.txt'), '2026-11-30T21:00:00.500000000Z {"msg":"hello","password":[redacted]}\n')
    assert.match(files.get('versions.json') ?? '', /"gitVersion": "v1\.35\.0"/)
    assert.match(files.get('status.txt') ?? '', /^PeerProbe lab\/amino is not ready \(NoStatus\)/)
    assert.deepEqual(missing, [])
  })

  test('reads no Secret, and its reader refuses to', async () => {
    const { asked } = await collect(world)
    assert.ok(asked.length > 15)
    assert.deepEqual(asked.filter(path => path.includes('secrets')), [])

    const reader = new BundleReader({ json: async () => await Promise.resolve({ items: [] }), async* bytes () { /* nothing */ } })
    await assert.rejects(reader.list(KINDS.secret, { namespace: 'lab' }, new AbortController().signal), { message: 'a bundle reads no Secrets' })
    await assert.rejects(reader.list({ ...KINDS.secret, kind: 'Other' }, { namespace: 'lab' }, new AbortController().signal), TypeError)
  })

  test('says what it may not read and why, and goes on', async () => {
    const { files, missing } = await collect((request) => {
      if (request.path.endsWith('/log') || request.path.includes('/system/') || request.path.endsWith('/events')) {
        throw new ProbeError('PP_KUBE_FORBIDDEN', `GET ${request.path}: forbidden, password=canary`)
      }
      return world(request)
    })

    assert.deepEqual(missing.map(({ part }) => part), ['events.yaml', 'pods/amino-consumer-1/log.txt', 'pods/amino-consumer-1/log.previous.txt', 'operator/deployments', 'operator/pods'])
    assert.ok(missing.every(({ reason }) => reason.includes('forbidden') && !reason.includes('canary')))
    assert.ok(files.has('pods/amino-consumer-1/metrics.txt'))
    assert.match(files.get('status.txt') ?? '', /NoStatus/)
  })

  test('ends when its time is over, and lists what was not read by then', async () => {
    const stop = new AbortController()
    const { files, missing } = await collect((request) => {
      if (request.path.endsWith('/log')) {
        stop.abort()
      }
      return world(request)
    }, { signal: stop.signal })

    assert.ok(files.has('objects/amino.yaml'))
    assert.ok(missing.length > 8)
    assert.ok(missing.some(({ part, reason }) => part === 'operator/pods' && reason.includes('time was over')))
  })

  test('asks for Strimzi\'s objects where the PeerProbe has some, and misses no kind that the cluster does not serve', async () => {
    const probe = probeObject({ kafka: { strimzi: { cluster: 'events', namespace: 'kafka' } } })
    const { asked, missing } = await collect((request) => {
      if (request.path.includes('kafka.strimzi.io') || request.path.includes('monitoring.coreos.com')) {
        throw new ProbeError('PP_KUBE_NOT_FOUND', 'no such kind')
      }
      return world(request)
    }, { probe })

    assert.ok(asked.some(path => path.includes('/namespaces/kafka/kafkatopics')))
    assert.deepEqual(missing, [])
  })
})
