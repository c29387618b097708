// Dumps of a store on real servers, read back by DuckDB.
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { pino } from 'pino'
import { DumpFolder } from '../../consumer/dumps/dump-folder.ts'
import { RecordDump } from '../../consumer/dumps/record-dump.ts'
import { RECORD_FORMATS } from '../../consumer/records/formats/record-format.ts'
import { DUMP_CONTENTS } from '../../core/contracts/dump-content.ts'
import { keysOf } from '../../core/record-keys.ts'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { serverFor } from '../support/consumer/databases-of-server.ts'
import { deriveAll, recordsIn } from '../support/consumer/dump-rig.ts'
import { HOSTILE_TEXTS } from '../support/consumer/hostile-texts.ts'
import { CRAWL_ID, crawlOf, failedVisitOf, visitOf } from '../support/consumer/messages.ts'
import { allRecords } from '../support/consumer/stored-records.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { TempFolder } from '../support/temp-folder.ts'
import type { StoreFixture } from '../consumer/store/node-store-fixture.ts'
import type { SqlServerKind } from '../support/servers/sql-server.ts'

const { signal } = new AbortController()
const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]

for (const { name, found, kindOf } of SERVERS) {
  suite(`dumps of ${name}`, 'missing' in found ? { skip: found.missing } : {}, () => {
    if (!('missing' in found)) {
      runOn(kindOf(found.at))
    }
  })
}

function runOn (kind: SqlServerKind): void {
  const { databases } = serverFor(kind)

  test('each content in each format equals the rows of the store, and nothing is written where nothing changed since', async () => {
    await using fixture = await databases().open()
    using temp = new TempFolder()
    await fill(fixture)
    // Longer than dumps overlap.
    await fixture.clock.advance(120_000)

    for (const content of DUMP_CONTENTS) {
      for (const format of keysOf(RECORD_FORMATS)) {
        const folder = await DumpFolder.open(temp.file(`${content}-${format}`))
        const { store, clock } = fixture
        const dump = new RecordDump({ store, folder, clock, log: pino({ level: 'silent' }) }, { contents: [content], format, full: false, keepMs: 1e12, minFreeBytes: 0 })
        const file = await recordsIn(folder, await dump.dump(content, signal))
        await using snapshot = await store.snapshot()

        assert.ok(file.length > 500 || content === 'crawls')
        assert.deepEqual(file, await allRecords(snapshot, content), `${content} in ${format}`)
        assert.equal((await dump.dump(content, signal)).outcome, 'unchanged', `${content} in ${format}`)
      }
    }
  })
}

async function fill ({ store }: StoreFixture): Promise<void> {
  const peers = Array.from({ length: 600 }, (_, i) => `QmPeerNumber${String(i).padStart(3, '0').replaceAll('0', 'a')}`)

  for (const i of [0, 1, 2]) {
    const crawlId = CRAWL_ID + i * 600
    await store.write({
      visits: peers.map((nodeId, n) => i === 1 ? failedVisitOf({ nodeId, crawlId }) : visitOf({ nodeId, crawlId, identify: { agentVersion: HOSTILE_TEXTS[n % 20] ?? 'kubo', protocols: ['b,"c'], listenAddresses: [] } })),
      crawls: [crawlOf({ crawlId, disturbed: false, confirmationsLeftOut: 0 })]
    })
  }
  await deriveAll(store)
}
