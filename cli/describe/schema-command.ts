import { Argument } from 'commander'
import { withHelp } from '../command/command-help.ts'
import { runBody } from '../command/run-body.ts'
import { SCHEMA_NAMES } from './schema-names.ts'
import type { SchemaName } from './schema-names.ts'
import type { Command } from 'commander'

/** Adds `schema`. */
export function addSchemaCommand (program: Command): void {
  withHelp(program.command('schema')
    .description('prints a schema: JSON Schema of messages, resource and configurations, SQL of the tables')
    .addArgument(new Argument('<name>', 'visit, crawl, neighbours (the routing table of a visit) and neighbours-end (the end of those of a crawl) are messages').choices(SCHEMA_NAMES)), {
    examples: [
      { run: 'peerprobe schema visit', does: 'the message of a visit' },
      { run: 'peerprobe schema neighbours', does: 'the message of a routing table (active.neighbours)' },
      { run: 'peerprobe schema sqlite', does: 'the tables and views of the embedded database' }
    ]
  }).action(async (name: SchemaName) => {
    await runBody(async (signal) => {
      const [{ schemaText }, { writeOut }] = await Promise.all([import('./schema-text.ts'), import('../output/write-out.ts')])
      await writeOut(await schemaText(name), signal)
    })
  })
}
