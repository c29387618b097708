import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CRAWL_NOW, CRAWL_NOW_OF, crawlRequestsOf } from '../../../operator/model/crawl-now.ts'
import { CONFIG_HASH } from '../../../operator/model/pod/pod.ts'
import { stagesOf } from '../../../operator/model/stages.ts'
import { clusterProbe, modelInput } from '../../support/cluster/cluster-probe.ts'
import type { KubeObject } from '../../../operator/runtime/kube-object.ts'

interface Template { template: { metadata: { annotations: object } } }

const TIME = '2026-11-30T21:00:00Z'
const LATER = '2026-11-30T23:30:00.5+01:00'
const SCANS = { scans: [{ name: 'main', network: { preset: 'ipfs' } }, { name: 'listen', network: { preset: 'filecoin' }, active: { enabled: false } }] }
const requests = (annotations: Record<string, string>): ReturnType<typeof crawlRequestsOf> => {
  const { metadata, spec } = clusterProbe(SCANS, { annotations })
  return crawlRequestsOf(metadata, spec.scans)
}

suite('requests for crawls', () => {
  test('apply to every scan that crawls, or to one; the later one counts', () => {
    assert.deepEqual([...requests({}).requestedAt], [])
    assert.deepEqual([...requests({ [CRAWL_NOW]: TIME }).requestedAt], [['main', '2026-11-30T21:00:00.000Z']])
    assert.deepEqual([...requests({ [CRAWL_NOW]: TIME, [`${CRAWL_NOW_OF}main`]: LATER }).requestedAt], [['main', '2026-11-30T22:30:00.500Z']])
    assert.deepEqual([...requests({ [CRAWL_NOW]: LATER, [`${CRAWL_NOW_OF}main`]: TIME }).requestedAt], [['main', '2026-11-30T22:30:00.500Z']])
    assert.deepEqual(requests({ [CRAWL_NOW]: TIME }).problems, [])
  })

  for (const value of ['', 'now', '2026-11-30', '2026-13-30T21:00:00Z', '2026-11-30T21:00:00', '1764536400', `${TIME}x`, 'x'.repeat(10_000)]) {
    test(`report an annotation with the value ${JSON.stringify(value.slice(0, 30))}, and request nothing`, () => {
      const { requestedAt, problems: [problem = '', ...more] } = requests({ [CRAWL_NOW]: value })

      assert.deepEqual([...requestedAt], [])
      assert.deepEqual(more, [])
      assert.match(problem, /^annotation peerprobe\.dev\/crawl-now: ".*" is not a time: give a time such as/)
      assert.ok(problem.length < 300)
    })
  }

  test('report which scan does not exist, or does not crawl', () => {
    const { problems } = requests({ [`${CRAWL_NOW_OF}mian`]: TIME, [`${CRAWL_NOW_OF}listen`]: TIME, [`${CRAWL_NOW_OF}A_B`]: TIME })

    assert.deepEqual(problems, [
      'annotation crawl-now.peerprobe.dev/mian: there is no such scan: remove the annotation, or correct the name',
      'annotation crawl-now.peerprobe.dev/listen: scan listen does not crawl: its active.enabled is false',
      'annotation crawl-now.peerprobe.dev/A_B: there is no such scan: remove the annotation, or correct the name'
    ])
  })

  test('change the ConfigMap of the crawler, and restart no pod', () => {
    const objects = (metadata: object = {}): KubeObject[] => stagesOf(clusterProbe(SCANS, metadata), modelInput).crawlers.map(({ object }) => object)
    const isOf = (kind: string) => (object: KubeObject): boolean => object.kind === kind
    const file = (all: KubeObject[], name: string): unknown => {
      const { data } = all.filter(isOf('ConfigMap')).find(({ metadata }) => metadata.name === name) as { data?: Record<string, string> }
      return data?.['crawl-now.json']
    }
    const hashes = (all: KubeObject[]): unknown[] => all.filter(isOf('Deployment')).map(({ spec }) => (spec as Template).template.metadata.annotations)
    const [before, after] = [objects(), objects({ annotations: { [CRAWL_NOW]: TIME } })]

    assert.equal(file(before, 'amino-crawler-main'), undefined)
    assert.equal(file(after, 'amino-crawler-main'), '{"requestedAt":"2026-11-30T21:00:00.000Z"}')
    assert.equal(file(after, 'amino-crawler-listen'), undefined)
    assert.equal(hashes(after).length, 2)
    assert.ok(Object.hasOwn(hashes(after)[0] as object, CONFIG_HASH))
    assert.deepEqual(hashes(after), hashes(before))
  })
})
