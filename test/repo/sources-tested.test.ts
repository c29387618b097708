import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { importsOf, root, sources, tests } from './import-graph.ts'

// Entry points run as processes of their own: the system tests and the local tests start them.
const ENTRY_POINT = /(^|\/)main\.ts$/

test('every source file with code in it is imported by a test', () => {
  const tested = new Set(tests.flatMap(importsOf))
  const untested = sources.filter(file => !ENTRY_POINT.test(file) && hasCode(file) && !tested.has(file))

  assert.deepEqual(untested, [])
})

/** Whether anything of a file is left at run time, once its types are gone. */
function hasCode (file: string): boolean {
  const { statements } = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)

  const isCode = [ts.isFunctionDeclaration, ts.isClassDeclaration, ts.isVariableStatement, ts.isExpressionStatement]

  return statements.some(statement => isCode.some(is => is(statement)))
}
