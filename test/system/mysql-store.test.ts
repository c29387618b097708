// The MySQL adapter of the store on real servers: what every adapter must do, and what only this one can get wrong.
import { suite } from 'node:test'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { nodeStoreConformance } from '../consumer/store/node-store-conformance.ts'
import { nodeStoreLaws } from '../consumer/store/node-store-laws.ts'
import { nodeStorePlaceConformance } from '../consumer/store/node-store-place-conformance.ts'
import { nodeStoreSessionsConformance } from '../consumer/store/node-store-sessions-conformance.ts'
import { serverFor } from '../support/consumer/databases-of-server.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { mysqlAdoption } from './mysql/adoption.ts'
import { mysqlErrorCodes } from './mysql/error-codes.ts'
import { mysqlErrors, silentServer } from './mysql/errors.ts'
import { mysqlMigrations } from './mysql/migrations.ts'
import { mysqlOtherPrograms } from './mysql/other-programs.ts'
import { mysqlRetention } from './mysql/retention.ts'
import { mysqlWriters } from './mysql/writers.ts'
import type { SqlServerKind } from '../support/servers/sql-server.ts'

const numRuns = process.env['PEERPROBE_FULL'] === '1' ? 200 : 20
const SERVERS = [
  { name: 'MariaDB', found: mariadb.find(), kindOf: mariadbKind },
  { name: 'MySQL', found: mysql.find(), kindOf: mysqlKind }
]

silentServer()

// The two servers have nothing to do with one another.
suite('the MySQL adapter', { concurrency: true }, () => {
  for (const { name, found, kindOf } of SERVERS) {
    suite(name, { concurrency: 1, skip: 'missing' in found ? found.missing : false }, () => {
      if (!('missing' in found)) {
        runOn(name, kindOf(found.at))
      }
    })
  }
})

function runOn (name: string, kind: SqlServerKind): void {
  const { databases, server } = serverFor(kind)

  nodeStoreConformance(name, async options => await databases().open(options))
  nodeStorePlaceConformance(name, async options => await databases().open(options))
  nodeStoreSessionsConformance(name, async options => await databases().open(options))
  nodeStoreLaws(name, async options => await databases().open(options), { numRuns })
  mysqlWriters(name, databases)
  mysqlMigrations(name, databases)
  mysqlAdoption(name, databases)
  mysqlOtherPrograms(name, databases)
  mysqlRetention(name, databases)
  mysqlErrors(name, databases, server)
  mysqlErrorCodes(name, databases)
}
