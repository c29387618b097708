import type { PipelineObserver } from '../../../consumer/pipeline/pipeline-observer.ts'

/** An observer that records its calls, one line each. */
export function recordingObserver (): PipelineObserver & { lines: string[] } {
  const lines: string[] = []

  return {
    lines,
    consumed: messages => lines.push(`consumed ${String(messages)}`),
    wrote: (_report, { messages }) => lines.push(`wrote ${String(messages)}`),
    deadLettered: code => lines.push(`dead-lettered ${code}`),
    skipped: code => lines.push(`skipped ${code}`),
    committed: (messages, delayMs) => lines.push(`committed ${String(messages)}${delayMs === undefined ? '' : ` after ${String(delayMs)} ms`}`),
    retried: cause => lines.push(`retried ${cause}`)
  }
}
