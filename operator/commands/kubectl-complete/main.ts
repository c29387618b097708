#!/usr/bin/env node
import { printCompletions } from '../completion/print-completions.ts'
/** `kubectl_complete-peerprobe`: kubectl runs it to complete the arguments of `kubectl peerprobe` (kubectl 1.26 or later). */
import { kubectlProgram } from '../program.ts'

await printCompletions(kubectlProgram(), process.argv.slice(2))
