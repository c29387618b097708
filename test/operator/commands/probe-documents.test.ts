import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { probeDocuments } from '../../../operator/commands/probe-documents.ts'

const PROBE = 'apiVersion: peerprobe.dev/v1alpha1\nkind: PeerProbe\nmetadata: {name: a}\nspec: {}\n'

suite('probeDocuments', () => {
  test('finds the PeerProbes among other objects', () => {
    const names = probeDocuments(`apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n---\n${PROBE}---\n---\n${PROBE.replace('name: a', 'name: b')}`, 'f').map(({ metadata: { name } }) => name)

    assert.deepEqual(names, ['a', 'b'])
  })

  test('reports what is wrong with a text without PeerProbes', () => {
    const refused = (text: string, message: RegExp): void => {
      assert.throws(() => probeDocuments(text, 'f.yaml'), { code: 'PP_CONFIG_INVALID', message })
    }

    refused('', /f\.yaml: contains no object of kind PeerProbe and apiVersion peerprobe\.dev\/v1alpha1/)
    refused('metadata: [', /f\.yaml: 1 problem\n.*line 1/)
    refused(`- &a [x]\n${'- *a\n'.repeat(3)}- \u001B[2J: {\n`.repeat(500), /f\.yaml: \d+ problems\n(?: {2}[^\n\u001B]{1,500}\n){20} {2}and \d+ more$/)
    refused(`a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(99)}]\nc: &c [${'*b,'.repeat(99)}]\n`, /f\.yaml: 1 problem\n {2}Excessive alias count/)
    refused('null\n---\n- 1\n---\nkind: PeerProbe\napiVersion: peerprobe.dev/v1alpha1\n', /contains no object/)
    refused('x'.repeat(3_200_000), /has more than 3145728 characters/)
  })
})
