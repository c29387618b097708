import { Option } from 'commander'
import { RECORD_KINDS } from '../../consumer/records/record-kinds.ts'
import { OUTCOME_NAMES } from '../../core/contracts/outcome.ts'
import { defined } from '../../core/defined.ts'
import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { pointInTime } from './time-option.ts'
import type { FilterName, RecordFilter } from '../../consumer/records/record-filter.ts'
import type { RecordKind, RecordKindInfo } from '../../consumer/records/record-kinds.ts'
import type { Command } from 'commander'

/** The options of a command that filters records, as parsed. */
export interface FilterOptions {
  network?: string
  scan?: string
  agent?: string
  protocol?: string
  outcome?: string
  crawl?: number
  since?: number
  until?: number
}

const TIME = 'a time, a date, or how long ago, such as 24h'

const OPTIONS: Readonly<Record<FilterName, { flags: string, read: (text: string) => unknown, choices?: readonly string[], form?: string }>> = {
  network: { flags: '--network <name>', read: nonEmpty },
  scan: { flags: '--scan <id>', read: nonEmpty },
  agent: { flags: '--agent <text>', read: nonEmpty },
  protocol: { flags: '--protocol <id>', read: nonEmpty },
  outcome: { flags: '--outcome <outcome>', read: nonEmpty, choices: OUTCOME_NAMES },
  crawlId: { flags: '--crawl <id>', read: wholeNumber(0, 4_294_967_295) },
  sinceMs: { flags: '--since <time>', read: pointInTime, form: TIME },
  untilMs: { flags: '--until <time>', read: pointInTime, form: TIME }
}

/** Adds an option for each filter that the kinds know; where they differ, the meaning is that of the first. */
export function withFilters (command: Command, ...kinds: readonly RecordKind[]): Command {
  const added = new Set<string>()

  for (const kind of kinds) {
    const { filters }: { filters: RecordKindInfo['filters'] } = RECORD_KINDS[kind]

    for (const [name, meaning] of Object.entries(filters)) {
      const { flags, read, choices, form } = OPTIONS[name as FilterName]

      if (!added.has(name)) {
        added.add(name)
        const text = `${meaning.charAt(0).toLowerCase()}${meaning.slice(1).replace(/\.$/, '')}${form === undefined ? '' : `: ${form}`}`
        const option = new Option(flags, text)
        command.addOption(choices === undefined ? option.argParser(read) : option.choices(choices))
      }
    }
  }

  return command
}

/** The filter that the options ask for. */
export function filterOf ({ network, scan, agent, protocol, outcome, crawl, since, until }: FilterOptions): RecordFilter {
  return { ...defined({ network, scan, agent, protocol, outcome, crawlId: crawl, sinceMs: since, untilMs: until }) }
}
