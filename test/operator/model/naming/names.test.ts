import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ScanId } from '../../../../core/contracts/visit.ts'
import { consumerName, crawlerName, deadLetterTopicOf, hashKeyName, identityName, kafkaUserName, leaseName, prepareName, retentionName, scanIdOf, serviceAccountName, sessionsName } from '../../../../operator/model/naming/names.ts'

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/)

suite('names', () => {
  test('contain the names of their owners', () => {
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

  test('of Kafka users are unique to a PeerProbe, and unchanged if they were unique before', () => {
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

  test('of all objects of one kind in one namespace differ, whatever the names of PeerProbes and scans', () => {
    const word = fc.constantFrom('a', 'b', 'crawler', 'identity', 'consumer', 'retention', 'sessions', 'peerprobe', 'hash', 'key', 'prepare', '0123abcd')
    const words = fc.array(word, { minLength: 1, maxLength: 4 }).map(parts => parts.join('-'))
    const namesOf = (name: string, scan: string): Record<string, string> => {
      const key = { namespace: 'lab', name }

      return { crawler: crawlerName(key, scan), identity: identityName(key, scan), consumer: consumerName(key), retention: retentionName(key), sessions: sessionsName(key), key: hashKeyName(key), user: kafkaUserName(key), prepare: prepareName(key, '0123abcd'), account: serviceAccountName(key) }
    }
    const of = (names: Record<string, string>, scan: string, kinds: string[]): string[] => kinds.map(kind => `${names[kind] ?? ''}|${['crawler', 'identity'].includes(kind) ? `${kind} ${scan}` : kind}`)

    assert.notEqual(crawlerName({ namespace: 'lab', name: 'a' }, 'crawler-x'), crawlerName({ namespace: 'lab', name: 'a-crawler' }, 'x'))
    assert.equal(crawlerName({ namespace: 'lab', name: 'a' }, 'crawl-20250101'), 'a-crawler-crawl-20250101')
    fc.assert(fc.property(words, words, words, words, (name, scan, other, otherScan) => {
      for (const kinds of [['crawler', 'consumer', 'retention', 'sessions', 'prepare'], ['identity', 'key', 'user']]) {
        const known = new Map<string, string>()

        for (const [probe, its] of [[name, scan], [other, otherScan]] as const) {
          for (const entry of of(namesOf(probe, its), its, kinds)) {
            const [made = '', what = ''] = entry.split('|')
            assert.equal(known.get(made) ?? `${probe} ${what}`, `${probe} ${what}`, made)
            known.set(made, `${probe} ${what}`)
          }
        }
      }
    }), { numRuns: 3_000 })
  })

  test('differ for long scan names with the same beginning', () => {
    const probe = { namespace: 'x', name: 'a'.repeat(40) }

    assert.equal(crawlerName(probe, 'b'.repeat(40)).length, 63)
    assert.notEqual(crawlerName(probe, `${'b'.repeat(30)}1`), crawlerName(probe, `${'b'.repeat(30)}2`))
  })
})
