import { helpOf } from '../../cli/command/command-help.ts'
import { leavesOf } from '../../cli/command/command-tree.ts'
import { EXIT_CODES } from '../../cli/command/exit-codes.ts'
import { peerprobeProgram } from '../../cli/program.ts'
import type { Leaf } from '../../cli/command/command-tree.ts'
import type { Command } from 'commander'

const INTRO = `Generated from \`cli/\`. On a laptop: \`npm run peerprobe -- COMMAND\` in a checkout, or \`peerprobe COMMAND\` with the npm package.
In a pod: \`kubectl exec deploy/NAME-consumer -- node cli/main.ts COMMAND\`.

\`--data\` and \`--config\` choose the data and are the same for every command. Without them, the file that \`PEERPROBE_CONFIG\`
names counts, then the only folder in \`.peerprobe\`. No option takes a password: a configuration file refers to a file with it.

With \`--json\`, a listing is one JSON object a line. Fields may be added; none is renamed or gets another meaning. Failures go to
standard error, with an [error code](errors.md).`

/** The reference page of the command line. */
export function cliPage (): string {
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |`)

  return `# Command line

${INTRO}

| exit code | meaning |
|---|---|
${codes.join('\n')}

${leavesOf(peerprobeProgram()).map(commandSection).join('\n')}`
}

/** An argument or an option. */
interface Parameter { flags: string, description: string, choices: readonly string[] | undefined }

function commandSection ({ name, command }: Leaf): string {
  const { examples = [], notes = [], exitCodes = {} } = helpOf(command) ?? {}
  const rows = parametersOf(command).map(({ flags, description, choices = [] }) =>
    `| \`${flags}\` | ${escape(description)}${choices.length === 0 ? '' : `: ${choices.map(choice => `\`${choice}\``).join(', ')}`} |`)
  const own = Object.entries(exitCodes).map(([code, meaning]) => `${code} (${meaning})`)

  return `## ${name}

${sentence(command.description())}${notes.map(note => `\n\n${note}`).join('')}

\`\`\`
${examples.map(({ run, does }) => `# ${does}\n${run}`).join('\n')}
\`\`\`
${rows.length === 0 ? '' : `\n| argument or option | meaning |\n|---|---|\n${rows.join('\n')}\n`}${own.length === 0 ? '' : `\nExit codes besides those above: ${own.join(', ')}.\n`}`
}

function parametersOf ({ registeredArguments, options }: Command): Parameter[] {
  return [
    ...registeredArguments.map((argument) => {
      const { description, required, argChoices: choices } = argument

      return { flags: required ? `<${argument.name()}>` : `[${argument.name()}]`, description, choices }
    }),
    ...options.filter(({ hidden }) => !hidden).map(({ flags, description, argChoices: choices, defaultValue }) => ({
      flags,
      choices,
      description: typeof defaultValue === 'string' || typeof defaultValue === 'number' ? `${description} (default: ${String(defaultValue)})` : description
    }))
  ]
}

function sentence (text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

// A pipe would end the table cell, and an angle bracket begins a tag.
function escape (text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
