import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryFile } from '../core/files/entry-file.ts'
import { PRIVATE_FILE, PRIVATE_FOLDER, protectFile } from '../core/files/private-file.ts'
import { SupervisedChild } from './supervised-child.ts'
import type { BackupPlan } from './backup/backup-plan.ts'
import type { DataFolder } from './files/data-folder.ts'
import type { ChildPlan, LocalPlan } from './plan.ts'
import type { SupervisorOptions } from './supervised-child.ts'

const ENTRIES: Record<ChildPlan['kind'] | 'backup', string> = {
  crawler: entryFile('../crawler/main.ts', import.meta.url),
  consumer: entryFile('../consumer/main.ts', import.meta.url),
  backup: entryFile('../consumer/jobs/daily-backup/main.ts', import.meta.url)
}

/** A crawler process and its scan. */
export interface CrawlerProcess {
  scanId: string
  scan: string
  child: SupervisedChild
}

/**
 * The processes of one run. They stop in the order of the data: crawlers first, so that consumers
 * store what was flushed last.
 */
export class Processes implements AsyncDisposable {
  readonly crawlers: readonly CrawlerProcess[]
  readonly consumers: readonly SupervisedChild[]

  /** The process that makes backups, if there is one. */
  readonly backup: SupervisedChild | undefined

  /** Starts all processes of a plan. Their configurations and logs go to the run's folder. */
  constructor ({ children, backup }: LocalPlan, folder: Pick<DataFolder, 'configFolder' | 'logFolder'>, options: SupervisorOptions) {
    mkdirSync(folder.configFolder, { recursive: true, mode: PRIVATE_FOLDER })
    const start = ({ kind, name, config }: ChildPlan | BackupPlan & { kind: 'backup' }): SupervisedChild => {
      const configPath = join(folder.configFolder, `${name}.json`)
      const lastWordsPath = join(folder.logFolder, `${name}.last-words`)
      protectFile(configPath)
      writeFileSync(configPath, `${JSON.stringify({ ...config, terminationLog: lastWordsPath }, undefined, 2)}\n`, { mode: PRIVATE_FILE })

      return new SupervisedChild({ name, entry: ENTRIES[kind], configPath, lastWordsPath, logPath: join(folder.logFolder, `${name}.log`) }, options)
    }

    this.consumers = children.filter(({ kind }) => kind === 'consumer').map(start)
    this.crawlers = children.filter(plan => plan.kind === 'crawler').map(plan => ({
      scanId: plan.config.scanId,
      scan: plan.config.scan.name,
      child: start(plan)
    }))
    this.backup = backup === undefined ? undefined : start({ kind: 'backup', ...backup })
  }

  /** Rejects when one of the processes cannot be kept running; otherwise settles only after the stop. */
  async failed (): Promise<void> {
    await Promise.all([...this.#first, ...this.consumers].map(child => child.ended))
  }

  async [Symbol.asyncDispose] (): Promise<void> {
    await Promise.all(this.#first.map(async (child) => {
      await child[Symbol.asyncDispose]()
    }))
    await Promise.all(this.consumers.map(async (child) => {
      await child[Symbol.asyncDispose]()
    }))
  }

  // Those that nothing waits for; a backup that is being made may use the time that crawlers take to flush.
  get #first (): SupervisedChild[] {
    return [...this.crawlers.map(({ child }) => child), ...this.backup === undefined ? [] : [this.backup]]
  }
}
