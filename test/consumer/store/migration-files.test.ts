// What the migrations of this version leave in a database, read from their files.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { BREAKING, readMigrations } from '../../../consumer/store/migrations/migrations.ts'
import { MYSQL_MIGRATIONS } from '../../../consumer/store/mysql/migrator.ts'
import { migratedDatabase, SQLITE_MIGRATIONS } from '../../support/consumer/migrated-database.ts'

// https://dev.mysql.com/doc/refman/8.4/en/stored-objects-security.html: a trigger and an event always run as their definer.
const STORED_OBJECT = /^CREATE\b(?<form>[^;(]*?)\b(?<kind>VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT)\s+(?:IF NOT EXISTS\s+)?(?<name>\w+)/gm

/** The last form of each stored object of MySQL. */
function storedObjects (): Map<string, { kind: string, form: string }> {
  const sql = readMigrations(MYSQL_MIGRATIONS).map(migration => migration.sql).join('\n')

  return new Map([...sql.matchAll(STORED_OBJECT)].map(({ groups }) => [groups!['name']!, { kind: groups!['kind']!, form: groups!['form']! }]))
}

test('nothing that a migration of MySQL leaves depends on the account that made it', () => {
  const objects = storedObjects()

  assert.ok(objects.has('visit_detail'))
  for (const [name, { kind, form }] of objects) {
    assert.equal(kind, 'VIEW', name)
    assert.match(form, /\bSQL SECURITY INVOKER\b/, name)
    assert.doesNotMatch(form, /\bDEFINER\b/, name)
  }
})

test('a migration takes nothing away that older versions use, or says so by its name', () => {
  const taking = /\b(?:DROP (?!VIEW\b)|RENAME|MODIFY|CHANGE COLUMN|ALTER COLUMN)|\bADD COLUMN \S+ (?:(?!,|''|;|$).)*NOT NULL(?![^,;\n]*DEFAULT)/im
  const all = [MYSQL_MIGRATIONS, SQLITE_MIGRATIONS].flatMap(folder => readMigrations(folder))

  assert.ok(['DROP TABLE x', 'DROP COLUMN x', 'RENAME TO y', 'ADD COLUMN x INT NOT NULL'].every(sql => taking.test(sql)))
  assert.ok(!['DROP VIEW x', 'ADD COLUMN x INT', 'ADD COLUMN x INT NOT NULL DEFAULT 0'].some(sql => taking.test(sql)))
  assert.deepEqual(all.filter(({ name, sql }) => taking.test(sql) && !name.startsWith(BREAKING)).map(({ name }) => name), [])
})

suite('views of SQLite', () => {
  // SQLite 3.37: https://www.sqlite.org/changes.html tells what came later, such as strftime's %F, iif with two arguments, and concat.
  const FUNCTIONS = new Set(['strftime', 'nullif', 'ifnull', 'coalesce', 'round', 'count', 'sum', 'max', 'min', 'substr', 'printf'])
  const LETTERS = new Set('dfHjJmMsSwWY%')

  test('use nothing that SQLite 3.37 lacks', () => {
    using database = migratedDatabase()
    const views = database.prepare('SELECT name, sql FROM sqlite_schema WHERE type = \'view\'').all()

    assert.deepEqual(views.map(({ name }) => name), ['session_detail', 'visit_detail'])
    for (const sql of views.map(view => String(view['sql']))) {
      const calls = [...sql.matchAll(/\b(\w+)\s*\(/g)].map(([, name]) => name!.toLowerCase()).filter(name => name !== 'using')
      const formats = [...sql.matchAll(/strftime\s*\(\s*'([^']*)'/gi)].map(([, format]) => format!)

      assert.deepEqual(calls.filter(name => !FUNCTIONS.has(name)), [])
      assert.ok(formats.length > 0)
      assert.deepEqual(formats.flatMap(format => [...format.matchAll(/%(.)/g)].map(([, letter]) => letter!)).filter(letter => !LETTERS.has(letter)), [])
      assert.doesNotMatch(sql, /->|\bRIGHT JOIN\b|\bFULL JOIN\b|IS (NOT )?DISTINCT FROM/i)
    }
  })
})
