#!/usr/bin/env node
/** `peerprobe`: one command line for a laptop and for the image. `npm run peerprobe -- …`, or in a pod `node cli/main.ts …`. */
import { COMPLETE } from '../operator/commands/completion/scripts.ts'
import { peerprobeProgram } from './program.ts'

const [, , first, ...words] = process.argv

if (first === COMPLETE) {
  const { printCompletions } = await import('./completion/print-completions.ts')
  printCompletions(peerprobeProgram(), words)
} else {
  await peerprobeProgram().parseAsync()
}
