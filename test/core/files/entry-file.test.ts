import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entryFile } from '../../../core/files/entry-file.ts'

test('the file of a process is found from the sources, and from the JavaScript of the npm package', () => {
  assert.equal(entryFile('../crawler/main.ts', 'file:///app/local/processes.ts'), '/app/crawler/main.ts')
  assert.equal(entryFile('../crawler/main.ts', 'file:///app/node_modules/peerprobe/local/processes.js'), '/app/node_modules/peerprobe/crawler/main.js')
})
