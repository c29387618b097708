import { InvalidArgumentError, Option } from 'commander'
import { filtersOf } from '../../consumer/records/record-kinds.ts'
import { OUTCOME_NAMES } from '../../core/contracts/outcome.ts'
import { UNKNOWN_PLACE } from '../../core/contracts/place.ts'
import { defined } from '../../core/defined.ts'
import { nonEmpty, wholeNumber } from '../../core/text/option-text.ts'
import { pointInTime } from './time-option.ts'
import type { FilterName, RecordFilter } from '../../consumer/records/record-filter.ts'
import type { RecordKind } from '../../consumer/records/record-kinds.ts'
import type { Command } from 'commander'

/** The options of a command that filters records, as parsed. */
export interface FilterOptions {
  network?: string
  scan?: string
  agent?: string
  protocol?: string
  outcome?: string
  country?: string
  as?: number
  cloud?: string
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
  country: { flags: '--country <code>', read: countryCode },
  asn: { flags: '--as <number>', read: asNumber, form: 'with or without AS' },
  cloud: { flags: '--cloud <name>', read: nonEmpty },
  crawlId: { flags: '--crawl <id>', read: wholeNumber(0, 4_294_967_295) },
  sinceMs: { flags: '--since <time>', read: pointInTime, form: TIME },
  untilMs: { flags: '--until <time>', read: pointInTime, form: TIME }
}

/** Adds an option for each filter that the kinds know; where they differ, the meaning is that of the first. */
export function withFilters (command: Command, ...kinds: readonly RecordKind[]): Command {
  const added = new Set<string>()

  for (const kind of kinds) {
    for (const [name, meaning] of Object.entries(filtersOf(kind))) {
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
export function filterOf ({ network, scan, agent, protocol, outcome, country, as: asn, cloud, crawl, since, until }: FilterOptions): RecordFilter {
  return { ...defined({ network, scan, agent, protocol, outcome, country, asn, cloud, crawlId: crawl, sinceMs: since, untilMs: until }) }
}

function countryCode (text: string): string {
  const code = text.toLowerCase() === UNKNOWN_PLACE ? UNKNOWN_PLACE : text.toUpperCase()

  if (code !== UNKNOWN_PLACE && !/^[A-Z]{2}$/.test(code)) {
    throw new InvalidArgumentError('must be a code of two letters such as DE, or unknown.')
  }

  return code
}

function asNumber (text: string): number {
  return wholeNumber(1, 4_294_967_295)(text.replace(/^AS/i, ''))
}
