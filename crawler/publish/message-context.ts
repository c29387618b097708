/** Fields that all messages of one scan have in common. */
export interface MessageContext {
  /** The scan: namespace/probe/scan. */
  scan: string

  /** Preset name, or the custom network's name. */
  network: string

  /** Where the network is seen from. */
  vantage?: string
}

const DAY_MS = 86_400_000

/** An instant in the format of messages. */
export function timestamp (epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** A duration in the format of messages: rounded to microseconds, at most a day. */
export function messageMs (ms: number): number {
  return Math.round(Math.min(Math.max(ms, 0), DAY_MS) * 1_000) / 1_000
}
