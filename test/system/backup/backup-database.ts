import { writeFileSync } from 'node:fs'
import { MysqlStore } from '../../../consumer/store/mysql/mysql-store.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { crawlOf, visitOf } from '../../support/consumer/messages.ts'
import type { MysqlConfig } from '../../../core/contracts/process-config.ts'
import type { Visit } from '../../../core/contracts/visit.ts'
import type { MysqlDatabases } from '../../support/consumer/mysql-databases.ts'
import type { SqlServer } from '../../support/servers/sql-server.ts'

/** The server of a suite, and the programs that dump it. */
export interface BackupRig {
  server: SqlServer
  databases: MysqlDatabases
  programs: Readonly<Record<string, readonly [string, ...string[]]>>
}

/** Text that a dump must escape, in a password and in what peers say. */
export const PASSWORD = 'p a#ss"w\'o\\rd;é%'

const AGENTS = ['kubo/0.30.0', 'O\'Reilly "x" \\ ;--#/*', 'a;\nb\r\t\u0000c', '😀 é ￿', '(((', '-- Dump completed', '`']

/** How the user that makes backups connects to a database. */
export function dumperOf ({ databases, server }: BackupRig, database: string): MysqlConfig {
  const passwordFile = server.file('dumper-password')
  writeFileSync(passwordFile, `${PASSWORD}\n`)

  return databases.configFor(database, { username: 'dumper', passwordFile })
}

/** A store in a new database, by the clock of this machine. */
export async function newStore (rig: BackupRig): Promise<{ database: string, store: MysqlStore }> {
  const database = await rig.databases.make()
  const store = await MysqlStore.open({ clock: systemClock }, { mysql: rig.databases.configFor(database), coalesceWindowMs: 0 })
  await store.migrate()

  return { database, store }
}

/** Visits of the n-th crawl, of this day. */
export function crawlVisits (n: number, count: number): Visit[] {
  const crawlId = Math.floor(Date.now() / 1_000) - 7_200 + n

  return Array.from({ length: count }, (_, i) => visitOf({
    nodeId: `QmPeer${String(i).padStart(6, '0').replaceAll('0', 'a')}`,
    crawlId,
    startedAt: new Date(crawlId * 1_000 + i).toISOString(),
    identify: { protocolVersion: 'ipfs/0.1.0', agentVersion: AGENTS[i % AGENTS.length]!, protocols: ['/ipfs/kad/1.0.0', `/x/'${String(n)}`], listenAddresses: [`/ip4/192.0.2.${String(i % 250)}/tcp/4001`] }
  }))
}

/** Fills a store with some crawls. */
export async function fill (store: MysqlStore, crawls: number): Promise<void> {
  for (let n = 0; n < crawls; n++) {
    const visits = crawlVisits(n, 500)
    await store.write({ visits, crawls: [crawlOf({ crawlId: visits[0]!.crawlId })] })
  }
}
