#!/usr/bin/env node
/**
 * `kubectl peerprobe`: whether PeerProbes are healthy, what a manifest would change, logs, a crawl at once, a support bundle, and a Job
 * for a command of the consumers, for the person who has the kubeconfig.
 */
import { printCompletions } from './completion/print-completions.ts'
import { COMPLETE } from './completion/scripts.ts'
import { kubectlProgram } from './program.ts'

const [, , first, ...words] = process.argv

if (first === COMPLETE) {
  await printCompletions(kubectlProgram(), words)
} else {
  await kubectlProgram().parseAsync()
}
