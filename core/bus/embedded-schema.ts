import { ProbeError } from '../errors.ts'
import { inTransaction } from '../sqlite.ts'
import type { DatabaseSync } from 'node:sqlite'

// Marks a file as an embedded log, so that a path mixed up with the database's is refused.
const APPLICATION_ID = 0x50506c67
const SCHEMA_VERSION = 1

const SCHEMA = `
CREATE TABLE topic (
  topic_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  retention_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE topic_partition (
  partition_id INTEGER PRIMARY KEY,
  topic_id INTEGER NOT NULL REFERENCES topic,
  partition INTEGER NOT NULL,
  start_offset INTEGER NOT NULL DEFAULT 0,
  next_offset INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic_id, partition)
) STRICT;

CREATE TABLE message (
  partition_id INTEGER NOT NULL,
  message_offset INTEGER NOT NULL,
  published_at INTEGER NOT NULL,
  message_key TEXT NOT NULL,
  headers TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (partition_id, message_offset)
) STRICT;

CREATE TABLE group_member (
  group_name TEXT NOT NULL,
  topic_id INTEGER NOT NULL,
  member_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (group_name, topic_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_partition (
  group_name TEXT NOT NULL,
  partition_id INTEGER NOT NULL,
  committed_offset INTEGER,
  owner TEXT,
  owner_expires_at INTEGER,
  PRIMARY KEY (group_name, partition_id)
) STRICT, WITHOUT ROWID;

PRAGMA application_id = ${String(APPLICATION_ID)};
PRAGMA user_version = ${String(SCHEMA_VERSION)};
`

/**
 * Makes the tables of the embedded log where the file is new.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when the file is something else, or of another version
 */
export function prepareLogFile (database: DatabaseSync, path: string): void {
  inTransaction(database, () => {
    const isNew = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0

    if (isNew) {
      database.exec(SCHEMA)
    }
  })

  const applicationId = database.prepare('PRAGMA application_id').get()?.['application_id']
  const version = database.prepare('PRAGMA user_version').get()?.['user_version']

  if (applicationId !== APPLICATION_ID || version !== SCHEMA_VERSION) {
    throw new ProbeError('PP_CONFIG_INVALID', `bus.embedded.path: ${path} is not an embedded log of version ${String(SCHEMA_VERSION)}`, { details: { path, applicationId, version } })
  }
}
