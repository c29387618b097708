import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { importsOf, root, sources, tests } from './import-graph.ts'

// Entry points run as separate processes, which the system tests and the local tests start.
const ENTRY_POINT = /(^|\/)main\.ts$/

test('every source file with code in it is imported by a test', () => {
  const tested = new Set(tests.flatMap(importsOf))
  const untested = sources.filter(file => !ENTRY_POINT.test(file) && hasCode(file) && !tested.has(file))

  assert.deepEqual(untested, [])
})

/** Whether a file has code at run time, without its types. */
function hasCode (file: string): boolean {
  const { statements } = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)

  const isCode = [ts.isFunctionDeclaration, ts.isClassDeclaration, ts.isVariableStatement, ts.isExpressionStatement]

  return statements.some(statement => isCode.some(is => is(statement)))
}
