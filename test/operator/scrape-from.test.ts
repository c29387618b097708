import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { InvalidArgumentError } from 'commander'
import { readScrapeFrom } from '../../operator/scrape-from.ts'
import type { NetworkPeer } from '../../operator/model/probe/cluster-probe.ts'

suite('readScrapeFrom', () => {
  test('accepts NetworkPolicy sources, one after another', () => {
    const sources = [
      { namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } },
      { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'b'] }, { key: 'x', operator: 'Exists' }] } },
      { ipBlock: { cidr: '10.0.0.0/24', except: ['10.0.0.8/32'] } },
      { ipBlock: { cidr: 'fd00::/64' } }
    ]

    let read: readonly NetworkPeer[] | undefined

    for (const source of sources) {
      read = readScrapeFrom(JSON.stringify(source), read)
    }
    assert.deepEqual(read, sources)
  })

  test('refuses ambiguous or invalid sources, and says what is wrong', () => {
    for (const [text, words] of [
      ['', /JSON/],
      ['monitoring', /JSON/],
      ['null', /source as in a NetworkPolicy/],
      ['[]', /source/],
      ['{}', /give either ipBlock, or/],
      ['{"podSelector":{}}', /needs a namespaceSelector/],
      ['{"namespaceSelector":{},"ipBlock":{"cidr":"10.0.0.0/8"}}', /give either/],
      ['{"namespaceSelector":{"matchlabels":{}}}', /namespaceSelector.*matchlabels/],
      ['{"namespaceSelector":{"matchLabels":{"a":1}}}', /namespaceSelector: matchLabels: a/],
      ['{"namespaceSelector":{"matchExpressions":[{"key":"a","operator":"Has"}]}}', /operator/],
      ['{"ipBlock":{"cidr":"10.0.0.0"}}', /ipBlock: cidr: must be a CIDR/],
      ['{"ipBlock":{"cidr":"10.0.0.0/8","except":["x/8"]}}', /except: 0: must be a CIDR/]
    ] as const) {
      assert.throws(() => readScrapeFrom(text, undefined), err => err instanceof InvalidArgumentError && words.test(err.message), text)
    }
  })
})
