import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { csvChunks, guarded } from '../../../../consumer/records/formats/csv.ts'
import { columnsOf } from '../../../../consumer/records/record-kinds.ts'
import type { RecordValue } from '../../../../consumer/records/record-column.ts'

async function csvOf (values: Record<string, RecordValue>): Promise<string> {
  const record = Object.fromEntries(columnsOf('nodes').map(({ name }) => [name, values[name] ?? null]))
  const chunks: Uint8Array[] = []

  for await (const chunk of csvChunks('nodes', (async function* () {
    yield await Promise.resolve([record])
  })())) {
    chunks.push(chunk)
  }

  return Buffer.concat(chunks).toString()
}

suite('csvChunks', () => {
  test('writes names, then records, with CR LF after every line', async () => {
    assert.equal(await csvOf({ node_id: 'Qm', agent_version: '', latency: -5, addresses: [{ multiaddr: '/a' }], networks: [] }), [
      'node_id,protocol_version,agent_version,discovery_type,latency,last_seen,first_seen,identified_at,last_tried,last_outcome,country,asn,organisation,cloud,placed_at,addresses,networks',
      'Qm,,"",,-5,,,,,,,,,,,"[{""multiaddr"":""/a""}]",[]',
      ''
    ].join('\r\n'))
  })

  test('quotes cells with quotes, commas and line ends', async () => {
    assert.match(await csvOf({ agent_version: 'a"b,c\r\nd' }), /,"a""b,c\r\nd",/)
  })
})

suite('guarded', () => {
  test('puts an apostrophe before what a spreadsheet could take for a formula', () => {
    for (const text of ['=1', '+1', '-1', '@x', '\t1', '\r1', '\n1', ' =1', '\u00a0=1', '\u200b=1', '\ufeff=1', '＝1', '＋1', '－1', '＠1', '﹢1', '﹣1', '﹦1', '﹫1', '−1', '⁼1', '\'=1', '\'a', '\'']) {
      assert.equal(guarded(text), `'${text}`, JSON.stringify(text))
    }
  })

  test('leaves all other texts as they are', () => {
    for (const text of ['', 'kubo', '/ip4/1.2.3.4', '[1]', ' a', '1-1', '😀', 'é=', '"=1"', '*', '%']) {
      assert.equal(guarded(text), text)
    }
  })

  test('is undone by removing one apostrophe', () => {
    const char = fc.constantFrom('\'', '=', '-', ' ', '\t', 'a', '＠', '\u200b')

    fc.assert(fc.property(fc.string({ unit: char, maxLength: 6 }), (text) => {
      assert.equal(guarded(text).replace(/^'/, ''), text)
      assert.doesNotMatch(guarded(text), /^[=+\-@\t\r\n＠]/)
    }))
  })
})
