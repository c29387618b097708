import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readMigrations } from '../../consumer/store/migrations/migrations.ts'
import { Crawl } from '../../core/contracts/crawl.ts'
import { Neighbours, NeighboursEnd } from '../../core/contracts/edges/neighbours.ts'
import { PrepareConfig, RetentionConfig } from '../../core/contracts/job-config.ts'
import { ConsumerConfig, CrawlerConfig } from '../../core/contracts/process-config.ts'
import { Visit } from '../../core/contracts/visit.ts'
import { textAt } from '../../core/rows/sqlite-row.ts'
import { PeerProbe } from '../../operator/api/v1alpha1.ts'
import type { SchemaName } from './schema-names.ts'

const JSON_SCHEMAS: Readonly<Record<Exclude<SchemaName, 'sqlite' | 'mysql'>, z.ZodType>> = {
  'visit': Visit,
  'crawl': Crawl,
  'neighbours': Neighbours,
  'neighbours-end': NeighboursEnd,
  'peerprobe': PeerProbe,
  'crawler-config': CrawlerConfig,
  'consumer-config': ConsumerConfig,
  'prepare-config': PrepareConfig,
  'retention-config': RetentionConfig
}

/** A schema as text: JSON Schema (draft 2020-12), or SQL. */
export async function schemaText (name: SchemaName): Promise<string> {
  if (name === 'sqlite') {
    return sqliteTables()
  }
  if (name === 'mysql') {
    return migrationsOf('mysql').map(({ version, name: title, sql }) => `-- migration ${String(version)}: ${title}\n${sql}\n`).join('')
  }

  return await Promise.resolve(`${JSON.stringify(z.toJSONSchema(JSON_SCHEMAS[name], { io: 'input' }), undefined, 2)}\n`)
}

// The tables as they are after all migrations. Only a server could say that of MySQL, so there each migration is printed.
function sqliteTables (): string {
  using database = new DatabaseSync(':memory:')
  migrationsOf('sqlite').forEach(({ sql }) => {
    database.exec(sql)
  })

  return database.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all().map(row => `${textAt(row, 'sql')};\n\n`).join('')
}

function migrationsOf (kind: 'sqlite' | 'mysql'): ReturnType<typeof readMigrations> {
  return readMigrations(fileURLToPath(new URL(`../../consumer/store/migrations/${kind}`, import.meta.url)))
}
