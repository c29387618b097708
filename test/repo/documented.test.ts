// A reader of one folder sees only the names of its imports from other folders, so such an export has a
// documentation comment. Inside a folder the code is near, and a comment is needed only if the name is not
// enough.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { root, sources, tests } from './import-graph.ts'

const parse = (path: string): ts.SourceFile => ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true)

/** What a file imports by name from files of other folders, as `FILE NAME`. */
function importsFromOthers (file: ts.SourceFile): string[] {
  return file.statements.filter(ts.isImportDeclaration).flatMap(({ moduleSpecifier, importClause }) => {
    const target = ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('.') ? join(dirname(file.fileName), moduleSpecifier.text) : undefined
    const bindings = importClause?.namedBindings

    return target === undefined || dirname(target) === dirname(file.fileName) || bindings === undefined || !ts.isNamedImports(bindings)
      ? []
      : bindings.elements.map(({ propertyName, name }) => `${target} ${(propertyName ?? name).text}`)
  })
}

/** The documented declarations of a file, as `FILE NAME`. Re-exports of a package are documented in the package. */
function documentedIn (file: ts.SourceFile): string[] {
  const passedOn = file.statements.filter(ts.isExportDeclaration).flatMap(({ exportClause }) =>
    exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements.map(({ name }) => name.text) : [])
  const declared = file.statements.filter(statement => ts.getJSDocCommentsAndTags(statement).length > 0).flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText(file))
    }

    return 'name' in statement ? [(statement as ts.DeclarationStatement).name?.text ?? ''] : []
  })

  return [...passedOn, ...declared].map(name => `${file.fileName} ${name}`)
}

/** Imports from other folders whose declarations lack a documentation comment. */
function undocumented (files: readonly ts.SourceFile[]): string[] {
  const documented = new Set(files.flatMap(documentedIn))

  return [...new Set(files.flatMap(importsFromOthers))].filter(name => !documented.has(name)).sort()
}

test('what another folder imports has a documentation comment', () => {
  const files = sources.map(parse)

  assert.ok(new Set(files.flatMap(importsFromOthers)).size > 500)
  assert.deepEqual(undocumented(files), [])
})

test('an export without a comment is reported once another folder imports it', () => {
  const at = (path: string, text: string): ts.SourceFile => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const target = at('a/b.ts', 'export function plain () {}\n/** Says it. */\nexport const said = 1\nexport interface Bare {}')

  assert.deepEqual(undocumented([target, at('a/c.ts', 'import { plain } from \'./b.ts\'')]), [])
  assert.deepEqual(undocumented([target, at('d/c.ts', 'import { plain, said as other } from \'../a/b.ts\'\nimport type { Bare } from \'../a/b.ts\'')]), ['a/b.ts Bare', 'a/b.ts plain'])
})

test('the comment of a file stands above its imports', () => {
  const misplaced = [...sources, ...tests].filter(path => /^import [^\n]*\n(?:\n?(?:\/\/[^\n]*\n)+)(?:import |\n)/m.test(readFileSync(join(root, path), 'utf8')))

  assert.deepEqual(misplaced, [])
})
