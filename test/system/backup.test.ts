// Backups of real servers by both dump programs, restored into empty databases and compared row by row.
import { after, before, suite } from 'node:test'
import { mariadb } from '../../scripts/provision/mariadb.ts'
import { mysql } from '../../scripts/provision/mysql.ts'
import { MysqlDatabases } from '../support/consumer/mysql-databases.ts'
import { mariadbDump, mysqldumpIn } from '../support/servers/dump-programs.ts'
import { mariadbKind } from '../support/servers/mariadb-server.ts'
import { mysqlKind } from '../support/servers/mysql-server.ts'
import { SqlServer } from '../support/servers/sql-server.ts'
import { backupFailures } from './backup/failures.ts'
import { backupRoundTrips } from './backup/round-trips.ts'
import { backupSteps } from './backup/steps.ts'
import type { SqlServerKind } from '../support/servers/sql-server.ts'
import type { BackupRig } from './backup/backup-database.ts'

const found = { mariadb: mariadb.find(), mysql: mysql.find() }
const missing = Object.values(found).find(part => 'missing' in part)

suite('backups', missing !== undefined && 'missing' in missing ? { skip: missing.missing } : {}, () => {
  if ('at' in found.mariadb && 'at' in found.mysql) {
    const programs = { 'mariadb-dump': mariadbDump(), 'mysqldump': mysqldumpIn(found.mysql.at) }
    runOn('MariaDB', mariadbKind(found.mariadb.at), programs, ['mariadb-dump'])
    runOn('MySQL', mysqlKind(found.mysql.at), programs, ['mariadb-dump', 'mysqldump'])
  }
})

function runOn (name: string, kind: SqlServerKind, programs: BackupRig['programs'], programsFor: readonly string[]): void {
  suite(`of ${name}`, () => {
    let rig: BackupRig | undefined

    before(async () => {
      const server = await SqlServer.open(kind)
      const root = await server.root()
      await root.query('CREATE USER dumper@\'127.0.0.1\' IDENTIFIED BY \'p a#ss"w\\\'o\\\\rd;é%\'; GRANT ALL ON `pp\\_%`.* TO dumper@\'127.0.0.1\'')
      await root.end()
      rig = { server, databases: new MysqlDatabases({ host: '127.0.0.1', port: server.port, username: 'root', password: '' }), programs }
    })
    after(async () => {
      await rig?.databases[Symbol.asyncDispose]()
      await rig?.server[Symbol.asyncDispose]()
    })

    backupRoundTrips(() => rig!, programsFor)
    backupFailures(name, () => rig!)
    backupSteps(() => rig!)
  })
}
