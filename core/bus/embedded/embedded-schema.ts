import { ProbeError } from '../../errors.ts'
import { inTransaction } from '../../files/sqlite.ts'
import { bytesAt, numberAt, textAt } from '../../rows/sqlite-row.ts'
import { isHeaders, packBatch } from './embedded-batch.ts'
import type { DatabaseSync } from 'node:sqlite'

// Marks a file as an embedded log, so that the path of another database is refused.
const APPLICATION_ID = 0x50506c67
const SCHEMA_VERSION = 2

// Tables of version 2: batches of messages, and when a group was last seen.
const BATCHES = `
CREATE TABLE message_batch (
  partition_id INTEGER NOT NULL,
  first_offset INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  published_at INTEGER NOT NULL,
  payload BLOB NOT NULL,
  PRIMARY KEY (partition_id, first_offset)
) STRICT;

CREATE TABLE group_seen (
  group_name TEXT NOT NULL,
  topic_id INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (group_name, topic_id)
) STRICT, WITHOUT ROWID;
`

const SCHEMA = `${BATCHES}
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
  stored_bytes INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic_id, partition)
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
 * Creates the tables of the embedded log in a new file, and upgrades a file of the previous version.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when the file is something else, or of another version
 */
export function prepareLogFile (database: DatabaseSync, path: string): void {
  const isNew = (): boolean => database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0

  if (isNew()) {
    giveSpaceBack(database)
  }

  inTransaction(database, () => {
    if (isNew()) {
      database.exec(SCHEMA)
    }
  })

  if (isOfVersion(database, 1) && upgrade(database)) {
    giveSpaceBack(database)
  }
  if (!isOfVersion(database, SCHEMA_VERSION)) {
    throw new ProbeError('PP_CONFIG_INVALID', `bus.embedded.path: ${path} is not an embedded log of version ${String(SCHEMA_VERSION)}`, { details: { path } })
  }
}

// Lets removed pages be returned to the disk. This rewrites the file, which is small at these moments.
function giveSpaceBack (database: DatabaseSync): void {
  database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
}

function isOfVersion (database: DatabaseSync, version: number): boolean {
  return database.prepare('PRAGMA application_id').get()?.['application_id'] === APPLICATION_ID && database.prepare('PRAGMA user_version').get()?.['user_version'] === version
}

const UNCOMMITTED = `SELECT m.* FROM message m JOIN topic_partition p USING (partition_id)
  WHERE m.message_offset >= p.start_offset ORDER BY m.partition_id, m.message_offset`

// Version 1 kept every message for a week, uncompressed, one row each. Messages that every group has committed are left out.
function upgrade (database: DatabaseSync): boolean {
  return inTransaction(database, () => {
    // Another process may have upgraded the file meanwhile.
    if (!isOfVersion(database, 1)) {
      return false
    }

    database.exec(`${BATCHES}
      ALTER TABLE topic_partition ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0;
      UPDATE topic_partition SET start_offset = max(start_offset, ifnull((SELECT min(ifnull(committed_offset, 0))
        FROM group_partition g WHERE g.partition_id = topic_partition.partition_id), 0))`)
    const insert = database.prepare('INSERT INTO message_batch (partition_id, first_offset, next_offset, published_at, payload) VALUES (?, ?, ?, ?, ?)')
    const count = database.prepare('UPDATE topic_partition SET stored_bytes = stored_bytes + ? WHERE partition_id = ?')

    for (const row of database.prepare(UNCOMMITTED).iterate()) {
      const offset = numberAt(row, 'message_offset')
      const headers: unknown = JSON.parse(textAt(row, 'headers'))

      if (!isHeaders(headers)) {
        throw new ProbeError('PP_FILE_UNUSABLE', 'a message of the embedded log has no readable headers: another program wrote it')
      }

      const payload = packBatch([{ key: textAt(row, 'message_key'), headers, value: bytesAt(row, 'value') }])
      insert.run(numberAt(row, 'partition_id'), offset, offset + 1, numberAt(row, 'published_at'), payload)
      count.run(payload.byteLength, numberAt(row, 'partition_id'))
    }

    database.exec(`DROP TABLE message; PRAGMA user_version = ${String(SCHEMA_VERSION)}`)

    return true
  })
}
