import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ScanId } from '../../../core/contracts/visit.ts'
import { consumerName, crawlerName, deadLetterTopicOf, kafkaUserName, leaseName, scanIdOf } from '../../../operator/model/names.ts'

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/)

suite('names', () => {
  test('say whose they are', () => {
    const probe = { namespace: 'default', name: 'amino' }

    assert.equal(scanIdOf(probe, 'main'), 'default/amino/main')
    assert.equal(crawlerName(probe, 'main'), 'amino-crawler-main')
    assert.equal(consumerName(probe), 'amino-consumer')
    assert.equal(deadLetterTopicOf('ipfs-nodes'), 'ipfs-nodes-dead-letters')
    assert.deepEqual([leaseName(), leaseName([]), leaseName(['lab'])], ['peerprobe-operator', 'peerprobe-operator', 'peerprobe-operator-lab'])
    assert.equal(leaseName(['b', 'a']), leaseName(['a', 'b']))
    assert.notEqual(leaseName(['a-b', 'c']), leaseName(['a', 'b-c']))
    assert.ok(leaseName(Array.from({ length: 100 }, (_, i) => `namespace-${String(i)}`)).length < 253)
  })

  test('are DNS labels of at most 63 characters, and identities are valid', () => {
    fc.assert(fc.property(label, label, (name, scan) => {
      for (const text of [crawlerName({ namespace: 'x', name }, scan), consumerName({ namespace: 'x', name })]) {
        assert.match(text, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      }
      assert.ok(ScanId.safeParse(scanIdOf({ namespace: 'x', name }, scan)).success)
    }))
  })

  test('of Kafka users are of one PeerProbe alone, and stay as they were where they were so already', () => {
    const user = (namespace: string, name: string): string => kafkaUserName({ namespace, name })

    assert.equal(user('lab', 'my-amino'), 'lab-my-amino-peerprobe')
    assert.notEqual(user('a-b', 'c'), user('a', 'b-c'))
    fc.assert(fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/), label, fc.nat(), (namespace, name, at) => {
      const text = `${namespace}-${name}`
      const hyphens = [...text.matchAll(/-/g)].map(({ index }) => index)
      const split = hyphens[at % hyphens.length] ?? 0
      const other = [text.slice(0, split), text.slice(split + 1)] as const

      assert.match(user(namespace, name), /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      assert.equal(user(namespace, name) === user(...other), other[0] === namespace)
    }), { numRuns: 1_000 })
  })

  test('differ for long scans that begin alike', () => {
    const probe = { namespace: 'x', name: 'a'.repeat(40) }

    assert.equal(crawlerName(probe, 'b'.repeat(40)).length, 63)
    assert.notEqual(crawlerName(probe, `${'b'.repeat(30)}1`), crawlerName(probe, `${'b'.repeat(30)}2`))
  })
})
