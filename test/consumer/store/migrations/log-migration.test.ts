import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logMigration } from '../../../../consumer/store/migrations/log-migration.ts'
import type { AdoptionReport, MigrationReport } from '../../../../consumer/store/model/node-store.ts'
import type { Logger } from '../../../../core/process/logger.ts'

/** The lines of a migration: level and fields. */
function told (report: MigrationReport): [string, unknown][] {
  const lines: [string, unknown][] = []
  logMigration({ info: (fields: unknown) => lines.push(['info', fields]), warn: (fields: unknown) => lines.push(['warn', fields]) } as unknown as Logger, report)

  return lines
}

test('a migration that did nothing is logged by no line, and each thing that a person has to look at by a warning', () => {
  const adopted = { nodes: 1, unseen: ['events'] } as unknown as AdoptionReport
  const writers = [{ name: '`e`' }] as unknown as NonNullable<MigrationReport['writers']>

  assert.deepEqual(told({ applied: [] }), [])
  assert.deepEqual(told({ applied: [1], adopted, writers }), [['info', { applied: [1] }], ['warn', { adopted }], ['warn', { unseen: ['events'] }], ['warn', { writers }]])
})
