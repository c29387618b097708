// Which data a command works on. A password is never an option: every user of a machine can read the arguments of its
// processes. A database server is therefore given by a configuration file, which refers to a file with the password.
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ConsumerConfig, StoreConfig } from '../../core/contracts/process-config.ts'
import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import { loadConfig } from '../../core/process/config.ts'
import { escapeControlChars } from '../../core/text/escape-control-chars.ts'
import type { SourceOptions } from './source-options.ts'

/** Data of a run or of a cluster. */
export interface Source {
  store: StoreConfig

  /** Configuration of a consumer, if the source has one: its topics and its group. */
  consumer?: ConsumerConfig

  /** For how long rows are kept, in milliseconds, if the configuration says so. */
  keepMs?: number

  /** For how long sessions are kept, in milliseconds, if the configuration says so. */
  keepSessionsMs?: number

  /** Folder with the dump files, if there is one. */
  dumpFolder?: string
}

const HOME = '.peerprobe'
const DATABASE = 'peerprobe.sqlite'
const LOG = 'bus.sqlite'

/** The parts of any process's configuration that commands use; the other fields belong to the process. */
const AnyConfig = z.looseObject({ store: StoreConfig, topic: z.string().optional(), afterMs: z.int().min(0).optional() })

/**
 * Finds the data that the options choose.
 *
 * @param env the environment: `PEERPROBE_CONFIG` counts where no option is given
 * @throws ProbeError `PP_CONFIG_INVALID` when the options contradict each other, or there is no data
 */
export async function findSource ({ data, config }: SourceOptions, env: NodeJS.ProcessEnv = process.env): Promise<Source> {
  if (data !== undefined && config !== undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', 'give only one of --data and --config')
  }
  if (data !== undefined) {
    return await sourceAt(data)
  }

  const file = config ?? env['PEERPROBE_CONFIG']

  return file === undefined || file === '' ? await sourceAt(onlyFolder()) : await fromConfig(file)
}

async function fromConfig (file: string): Promise<Source> {
  const { store, topic, afterMs } = await loadConfig(AnyConfig, file)

  if (topic === undefined) {
    return { store, ...defined({ keepMs: afterMs }) }
  }

  const consumer = await loadConfig(ConsumerConfig, file)

  return { store, consumer, ...defined({ keepMs: consumer.retention?.afterMs, keepSessionsMs: consumer.sessions?.keepMs, dumpFolder: consumer.dump?.folder }) }
}

async function sourceAt (path: string): Promise<Source> {
  const found = statSync(path, { throwIfNoEntry: false })

  if (found === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `--data: there is no ${escapeControlChars(path)}`)
  }
  if (!found.isDirectory()) {
    return { store: { sqlite: { path } } }
  }

  const source = await fromRun(path)

  if (source.store.sqlite !== undefined && !existsSync(source.store.sqlite.path)) {
    throw new ProbeError('PP_CONFIG_INVALID', `--data: ${escapeControlChars(path)} is no folder of a run: it has no ${DATABASE}`)
  }

  return source
}

// A run writes the configuration of its consumers. Its files may have been moved since then, so their paths are those of the folder.
async function fromRun (folder: string): Promise<Source> {
  const sqlite = { sqlite: { path: join(folder, DATABASE) } }
  const dumpFolder = join(folder, 'dumps')
  const [file] = globSync(['config/*-consumer.json', 'config/*-consumer-1.json'], { cwd: folder }).sort()

  if (file === undefined) {
    return { store: sqlite, ...defined({ dumpFolder: existsSync(dumpFolder) ? dumpFolder : undefined }) }
  }

  const { consumer, ...source } = await fromConfig(join(folder, file))
  const store = source.store.sqlite === undefined ? source.store : sqlite
  const bus = consumer?.bus.embedded === undefined ? consumer?.bus : { embedded: { ...consumer.bus.embedded, path: join(folder, LOG) } }

  return {
    ...source,
    store,
    ...defined({
      consumer: consumer === undefined || bus === undefined ? undefined : { ...consumer, store, bus },
      dumpFolder: existsSync(dumpFolder) ? dumpFolder : undefined
    })
  }
}

function onlyFolder (): string {
  const folders = globSync(`*/{${DATABASE},config}`, { cwd: HOME }).map(path => path.slice(0, path.indexOf('/')))
  const names = [...new Set(folders)].sort()
  const [only] = names

  if (only === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `which data: give --data or --config (there is no folder of a run in ${HOME})`)
  }
  if (names.length > 1) {
    throw new ProbeError('PP_CONFIG_INVALID', `which data: give --data with one of ${names.slice(0, 20).map(name => escapeControlChars(join(HOME, name))).join(', ')}`)
  }

  return join(HOME, only)
}
