import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ScanId } from '../../../core/contracts/visit.ts'
import { consumerName, crawlerName, deadLetterTopicOf, leaseName, scanIdOf } from '../../../operator/model/names.ts'

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/)

suite('names', () => {
  test('say whose they are', () => {
    const probe = { namespace: 'default', name: 'amino' }

    assert.equal(scanIdOf(probe, 'main'), 'default/amino/main')
    assert.equal(crawlerName(probe, 'main'), 'amino-crawler-main')
    assert.equal(consumerName(probe), 'amino-consumer')
    assert.equal(deadLetterTopicOf('ipfs-nodes'), 'ipfs-nodes-dead-letters')
    assert.deepEqual([leaseName(undefined), leaseName('lab')], ['peerprobe-operator', 'peerprobe-operator-lab'])
  })

  test('are DNS labels of at most 63 characters, and identities are valid', () => {
    fc.assert(fc.property(label, label, (name, scan) => {
      for (const text of [crawlerName({ namespace: 'x', name }, scan), consumerName({ namespace: 'x', name })]) {
        assert.match(text, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      }
      assert.ok(ScanId.safeParse(scanIdOf({ namespace: 'x', name }, scan)).success)
    }))
  })

  test('differ for long scans that begin alike', () => {
    const probe = { namespace: 'x', name: 'a'.repeat(40) }

    assert.equal(crawlerName(probe, 'b'.repeat(40)).length, 63)
    assert.notEqual(crawlerName(probe, `${'b'.repeat(30)}1`), crawlerName(probe, `${'b'.repeat(30)}2`))
  })
})
