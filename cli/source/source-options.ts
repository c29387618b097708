import { nonEmpty } from '../../core/text/option-text.ts'
import type { Command } from 'commander'

/** Which data a command works on; at most one of them. */
export interface SourceOptions {
  /** Folder of a run, or a SQLite file. */
  data?: string

  /** Configuration file of a process. */
  config?: string
}

/** Adds the options that choose the data. They are the same for every command. */
export function withSource (command: Command): Command {
  return command
    .option('--data <path>', 'folder of a run (such as .peerprobe/amino), or a SQLite file; by default the only folder in .peerprobe', nonEmpty)
    .option('--config <file>', 'configuration file of a consumer or a job, in place of --data; by default the file that PEERPROBE_CONFIG names, as in a pod', nonEmpty)
}
