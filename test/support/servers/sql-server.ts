import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { TempFolder } from '../temp-folder.ts'
import { Certificates } from './certificates.ts'
import { freePorts } from './free-ports.ts'
import { LeashedProcess } from './leashed-process.ts'
import type { Connection } from 'mysql2/promise'

/** Settings for the start of a MySQL-family server. */
interface SqlServerPlan {
  dataFolder: string
  args: string[]
}

/** How to set up and start a server. */
export interface SqlServerKind {
  /** Fills the data folder. */
  initialize (plan: SqlServerPlan): Promise<void>

  /** The command that serves it. */
  command (plan: SqlServerPlan): string[]
}

const START_LIMIT_MS = 120_000

/** The options of a server that affect its data. */
export function fixedOptions (args: readonly string[]): string[] {
  return args.filter(arg => /^--(lower-case-table-names|innodb-page-size)=/.test(arg))
}

/** A MySQL-family server for one test file: own data, socket and free port, durable as in production, TLS with its own authority. */
export class SqlServer implements AsyncDisposable {
  readonly port: number

  /** The authority that signed the certificate of the server (for 127.0.0.1 and localhost). */
  readonly caFile: string

  readonly #folder: TempFolder
  readonly #command: string[]
  #process: LeashedProcess | undefined

  private constructor (folder: TempFolder, server: { port: number, caFile: string, command: string[] }) {
    this.#folder = folder
    this.port = server.port
    this.caFile = server.caFile
    this.#command = server.command
  }

  /**
   * Creates the data and starts the server; resolves when it answers. `settings` are further
   * options of it, such as `--innodb-buffer-pool-size=1G`; on another `host` than loopback it
   * listens on all addresses.
   */
  static async open (kind: SqlServerKind, settings: readonly string[] = [], host = '127.0.0.1'): Promise<SqlServer> {
    const folder = new TempFolder()
    const port = (await freePorts(1))[0]!
    const certificates = new Certificates(folder.path)
    const { certFile, keyFile } = certificates.issue('server', `DNS:localhost,IP:127.0.0.1,IP:::1,IP:${host}`)
    const plan = {
      dataFolder: folder.file('data'),
      args: [
        `--datadir=${folder.file('data')}`,
        `--tmpdir=${folder.path}`,
        `--socket=${folder.file('socket')}`,
        `--pid-file=${folder.file('pid')}`,
        `--port=${String(port)}`,
        `--bind-address=${host === '127.0.0.1' ? host : '0.0.0.0'}`,
        `--ssl-ca=${certificates.caFile}`,
        `--ssl-cert=${certFile}`,
        `--ssl-key=${keyFile}`,
        '--innodb-flush-log-at-trx-commit=1',
        '--skip-log-bin',
        '--innodb-buffer-pool-size=256M',
        ...settings
      ]
    }
    const server = new SqlServer(folder, { port, caFile: certificates.caFile, command: kind.command(plan) })

    try {
      await kind.initialize(plan)
      await server.start()
    } catch (err) {
      await server[Symbol.asyncDispose]()
      throw err
    }

    return server
  }

  /** Process id of the server; 0 while it is down. */
  get pid (): number {
    return this.#process?.pid ?? 0
  }

  /** Starts the server again after {@link kill}, with its data. */
  async start (): Promise<void> {
    this.#process = await LeashedProcess.start(this.#command, { logPath: this.#folder.file('log') })
    await this.#process.ready(async () => await this.#answers(), START_LIMIT_MS)
  }

  /** Kills the server like a power failure. */
  async kill (): Promise<void> {
    await this.#process?.kill()
  }

  /** A connection as root, who has no password, to create databases and users. */
  async root (): Promise<Connection> {
    return await createConnection({ host: '127.0.0.1', port: this.port, user: 'root', multipleStatements: true })
  }

  /** The path of a file next to the data, such as one for a password; it is removed with the server. */
  file (name: string): string {
    return join(this.#folder.path, name)
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await this.kill()
    this.#folder[Symbol.dispose]()
  }

  async #answers (): Promise<boolean> {
    try {
      const connection = await this.root()
      await connection.end()
      return true
    } catch {
      return false // not yet: `ready` shows the log when it takes too long
    }
  }
}
