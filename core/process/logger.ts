import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'

export type { Logger } from 'pino'

/** Levels that a configuration may have. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Settings of {@link createLogger}. */
export interface LoggerOptions {
  /** Least severe level that is written. */
  level: typeof LOG_LEVELS[number]

  /** Fields on every line, such as the process's component. */
  base?: Record<string, unknown>
}

/**
 * The root logger of a process: JSON lines with constant messages and variables as fields.
 *
 * Written synchronously, so that a killed process loses no lines.
 */
export function createLogger ({ level, base = {} }: LoggerOptions, destination: DestinationStream = pino.destination({ fd: 1, sync: true })): Logger {
  return pino({
    level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    redact: { paths: ['*.password', '*.token', '*.sasl', 'password', 'token', 'sasl'], censor: '[redacted]' }
  }, destination)
}
