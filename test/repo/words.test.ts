// Phrases that are no plain English, or that only this project would understand. Each came up in a comment, a test
// name, a log line, a document or an error text, where a reader stumbled over it. The list grows with each new one.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { root } from './import-graph.ts'

/** Each phrase as a regular expression of whole words, with what to write in its place. */
const PHRASES: Record<string, string> = {
  'tellings?(?= (of|for)\\b)|tellings': 'mentions',
  'namings?(?= (of|for|made)\\b)|namings|a naming': 'mentions',
  'anew': 'again',
  'made again': 'recreated, repeated',
  'the median is told': 'reported',
  'afresh': 'again',
  '(is|are) told (settled|as (any|its|such)|elsewhere|by no)': 'is recognised as, is reported as',
  'in work': 'running, in progress',
  'that (is|are) none': 'an invalid …, that is not one',
  'of (its|their|his|our) own accord': 'by itself',
  'words of the one who': 'quoting its source',
  'the one who knows': 'its source',
  '(fast|full|quic) lane(?!-)': 'the client for TCP, WebSocket and relays; a libp2p node; the QUIC client',
  'hearsay': 'mentions',
  'has to be had': 'must exist',
  'thrice': 'three times',
  '(sends?|greets|asks|opens|says) for ever': 'forever, without a limit',
  'the ones too many': 'the surplus ones',
  '(is|are) of one mind': 'agree',
  'dearer|dearest': 'more expensive',
  'how (it|they|a \\w+) fares?': 'the state of',
  'whence|wherefrom|thereupon|whereupon|hereby|thereof': 'an everyday word',
  'likewise': 'also, too',
  'hunted down': 'found and closed',
  'in nobody\'s way': 'blocks no one else',
  'a lap': 'a round',
  'such a one': 'the name of the thing',
  'give this one another': 'choose another one',
  'nobody has picked': 'no operator has picked',
  'comes? about': 'happens, is established',
  'asks after': 'asks for',
  'whoever': 'the user, an attacker, everyone who, any peer that',
  'whom': 'name the peer, the user or the object',
  'of ours': 'our',
  'tells? of': 'reports, lists',
  '(is|are|was) told (of|to)': 'receives, is asked to, reported',
  'mends?|mended|mending': 'fix',
  'by turns': 'in turns'
}

const SOURCES = '{*.md,{core,crawler,consumer,operator,local,scripts,docs,examples,helm,test}/**/*.{ts,go,sql,sh,md,yaml,tpl,txt}}'
// The walk through a first change quotes one of them.
const QUOTES = ['test/repo/words.test.ts', 'docs/first-change.md']
// Migrations stay as they were applied.
const files = globSync(SOURCES, { cwd: root }).filter(path => !QUOTES.includes(path) && !path.includes('/migrations/')).sort()

/** Every line with one of the phrases, as `FILE:LINE: phrase (write: …)`. */
function findPhrases (path: string, text: string): string[] {
  return text.split('\n').flatMap((line, i) => Object.entries(PHRASES).flatMap(([phrase, instead]) => {
    const found = new RegExp(`\\b(?:${phrase})\\b`, 'i').exec(line)?.[0]

    return found === undefined ? [] : [`${path}:${String(i + 1)}: “${found}” (write: ${instead})`]
  }))
}

suite('plain English', () => {
  test('is what sources, tests and documents are written in', () => {
    assert.ok(files.length > 500, `${String(files.length)} files`)
    assert.deepEqual(files.flatMap(path => findPhrases(path, readFileSync(join(root, path), 'utf8'))), [])
  })

  test('has no phrase of the list, wherever it stands and however it is written', () => {
    assert.deepEqual(findPhrases('x.ts', '// It lists\n//  Anew: what is in work.'), [
      'x.ts:2: “Anew” (write: again)',
      'x.ts:2: “in work” (write: running, in progress)'
    ])
    assert.deepEqual(findPhrases('x.ts', 'test(\'a deny list that is none is refused\')'), ['x.ts:1: “that is none” (write: an invalid …, that is not one)'])
    assert.deepEqual(findPhrases('x.ts', 'Renewal, the canew, in workers; telling each other; naming the field'), [])
  })
})
