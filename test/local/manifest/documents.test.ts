import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { parseDocuments } from '../../../local/manifest/documents.ts'

const parse = (text: string): ReturnType<typeof parseDocuments> => parseDocuments(text, 'probe.yaml')

suite('documents', () => {
  test('are searched for the first PeerProbe; other documents are reported', () => {
    const { probe, problems } = parse('---\n---\nkind: ConfigMap\n---\nkind: PeerProbe\nspec: 1\n---\nkind: PeerProbe\nspec: 2\n---\n- 1\n---\n')

    assert.deepEqual(probe, { kind: 'PeerProbe', spec: 1 })
    assert.deepEqual(problems, [
      'document 2 (kind ConfigMap): only one PeerProbe and its Secrets run on one machine: remove it',
      'document 4 (kind PeerProbe): only one PeerProbe and its Secrets run on one machine: remove it',
      'document 5 (kind missing): only one PeerProbe and its Secrets run on one machine: remove it'
    ])
  })

  test('may be a single one of any kind, whose mistakes the schema then reports', () => {
    assert.deepEqual(parse('kind: PeerProb'), { probe: { kind: 'PeerProb' }, secrets: [], problems: [] })
    assert.deepEqual(parse('just text'), { probe: 'just text', secrets: [], problems: [] })
  })

  test('may contain Secrets, whose mistakes are reported with their document', () => {
    const { secrets, problems } = parse('kind: PeerProbe\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: mysql}\nstringData: {password: x}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: Kafka}\n')

    assert.deepEqual(secrets.map(({ name }) => name), ['mysql'])
    assert.deepEqual(problems, ['document 3 (kind Secret): metadata.name: must be the name of an object: lower-case letters, digits, hyphens and dots'])
  })

  test('contain at least one PeerProbe', () => {
    for (const text of ['', '---\n', 'kind: A\n---\nkind: B\n']) {
      assert.throws(() => parse(text), { code: 'PP_SPEC_INVALID', message: /no document is a PeerProbe/ })
    }
  })

  test('give line and column of every mistake in the YAML', () => {
    assert.throws(() => parse('kind: PeerProbe\nspec:\n  a: 1\n  a: 2\n---\nb: [1\n'), {
      code: 'PP_SPEC_INVALID',
      message: /^probe\.yaml: 2 problems\n {2}line 4, column 3: Map keys must be unique\n {2}line \d+, column \d+: [^\n]+$/
    })
    assert.throws(() => parse('spec: !secret x\n'), { message: /line 1, column 7: Unresolved tag: !secret/ })
  })

  test('are refused if they are YAML bombs', () => {
    const bomb = `a: &a [x, x]\n${'bcdefghij'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]!}`).join(', ')}]`).join('\n')}\n`

    assert.throws(() => parse(bomb), { code: 'PP_SPEC_INVALID', message: /alias/ })
  })
})
