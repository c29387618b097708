import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { suite, test } from 'node:test'
import { EmbeddedLog } from '../../../../core/bus/embedded/embedded-log.ts'
import { prepareLogFile } from '../../../../core/bus/embedded/embedded-schema.ts'
import { isProbeError } from '../../../../core/errors.ts'
import { TempFolder } from '../../../support/temp-folder.ts'

/** A file as version 1 made it, with one topic of one partition that two groups read. */
const VERSION_1 = `
CREATE TABLE topic (topic_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, retention_ms INTEGER NOT NULL) STRICT;
CREATE TABLE topic_partition (partition_id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL REFERENCES topic, partition INTEGER NOT NULL,
  start_offset INTEGER NOT NULL DEFAULT 0,
  next_offset INTEGER NOT NULL DEFAULT 0, UNIQUE (topic_id, partition)) STRICT;
CREATE TABLE message (partition_id INTEGER NOT NULL, message_offset INTEGER NOT NULL, published_at INTEGER NOT NULL,
  message_key TEXT NOT NULL, headers TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (partition_id, message_offset)) STRICT;
CREATE TABLE group_member (group_name TEXT NOT NULL, topic_id INTEGER NOT NULL, member_id TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY (group_name, topic_id, member_id)) STRICT, WITHOUT ROWID;
CREATE TABLE group_partition (group_name TEXT NOT NULL, partition_id INTEGER NOT NULL, committed_offset INTEGER, owner TEXT, owner_expires_at INTEGER,
  PRIMARY KEY (group_name, partition_id)) STRICT, WITHOUT ROWID;
INSERT INTO topic VALUES (1, 'visits', 3600000);
INSERT INTO topic_partition VALUES (1, 1, 0, 0, 2000);
INSERT INTO group_partition VALUES ('a', 1, 2000, NULL, NULL), ('b', 1, 1990, NULL, NULL);
PRAGMA application_id = 1347447911;
PRAGMA user_version = 1`

suite('prepareLogFile', () => {
  test('makes the tables once and leaves them alone afterwards', () => {
    using database = new DatabaseSync(':memory:')
    prepareLogFile(database, 'bus.db')
    database.exec('INSERT INTO topic (name, retention_ms) VALUES (\'visits\', 1)')
    prepareLogFile(database, 'bus.db')

    assert.equal(database.prepare('SELECT count(*) AS n FROM topic').get()?.['n'], 1)
  })

  test('brings a file of version 1 here: what every group has committed goes, the rest is read as it was', () => {
    using folder = new TempFolder()
    const path = folder.file('bus.sqlite')
    {
      using before = new DatabaseSync(path)
      before.exec(VERSION_1)
      const insert = before.prepare('INSERT INTO message VALUES (1, ?, ?, ?, \'{"h":"x"}\', ?)')
      before.exec('BEGIN')
      for (let i = 0; i < 2_000; i++) {
        insert.run(i, 1_000 + i, `k${String(i)}`, Buffer.alloc(1_000, i))
      }
      before.exec('COMMIT')
    }
    const large = statSync(path).size
    using log = EmbeddedLog.open(path)
    const [partition] = log.partitions(log.topicId('visits'))

    assert.deepEqual([partition?.start, partition?.next], [1_990, 2_000])
    assert.deepEqual(log.read(partition!, 0, 100).map(({ offset, key, headers, timestampMs, value }) => [offset, key, headers, timestampMs, value[0]]), Array.from({ length: 10 }, (_, i) => [1_990 + i, `k${String(1_990 + i)}`, { h: 'x' }, 2_990 + i, (1_990 + i) & 0xff]))
    log.append('visits', [{ key: 'a', value: Buffer.from('new'), headers: {} }], 5_000)
    assert.equal(log.read(partition!, 2_000, 1)[0]?.key, 'a')
    assert.ok(statSync(path).size < large / 10)
  })

  test('refuses the file of another version', () => {
    using database = new DatabaseSync(':memory:')
    prepareLogFile(database, 'bus.db')
    database.exec('PRAGMA user_version = 3')

    assert.throws(() => {
      prepareLogFile(database, 'bus.db')
    }, err => isProbeError(err, 'PP_CONFIG_INVALID') && err.message.includes('bus.db'))
  })
})
