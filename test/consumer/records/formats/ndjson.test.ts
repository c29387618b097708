import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ndjsonChunks } from '../../../../consumer/records/formats/ndjson.ts'

test('ndjsonChunks writes one line for each record and nothing for none', async () => {
  const chunks: string[] = []

  for await (const chunk of ndjsonChunks('nodes', (async function* () {
    yield []
    yield await Promise.resolve([{ a: 'x\ny', b: null }, { a: '\u2028', b: ['z'] }])
  })())) {
    chunks.push(Buffer.from(chunk).toString())
  }

  assert.deepEqual(chunks, ['{"a":"x\\ny","b":null}\n{"a":"\u2028","b":["z"]}\n'])
})
