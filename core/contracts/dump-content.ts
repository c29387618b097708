import { z } from 'zod'

/** What dump files can contain: kinds of records. */
export const DUMP_CONTENTS = ['nodes', 'visits', 'crawls', 'sessions'] as const

/** What a dump file contains. */
export type DumpContent = typeof DUMP_CONTENTS[number]

/** What is dumped: at least one content, each once. */
export const DumpContents = z.array(z.enum(DUMP_CONTENTS)).min(1).max(DUMP_CONTENTS.length)
  .refine(contents => new Set(contents).size === contents.length, { error: 'must name each content once', when: ({ value }) => Array.isArray(value) })
  .meta({ 'x-kubernetes-list-type': 'set' })
