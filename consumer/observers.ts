import type { PipelineObserver } from './pipeline/pipeline-observer.ts'

/** An observer that forwards every call to several observers. */
export function observeWith (...observers: readonly PipelineObserver[]): PipelineObserver {
  return {
    consumed: (messages) => {
      observers.forEach((observer) => {
        observer.consumed(messages)
      })
    },
    wrote: (report, batch) => {
      observers.forEach((observer) => {
        observer.wrote(report, batch)
      })
    },
    deadLettered: (code) => {
      observers.forEach((observer) => {
        observer.deadLettered(code)
      })
    },
    skipped: (code) => {
      observers.forEach((observer) => {
        observer.skipped(code)
      })
    },
    committed: (messages, delayMs) => {
      observers.forEach((observer) => {
        observer.committed(messages, delayMs)
      })
    },
    retried: (cause) => {
      observers.forEach((observer) => {
        observer.retried(cause)
      })
    }
  }
}
