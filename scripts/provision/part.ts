/** The location of a part on this machine, or that it is missing and how to get it. */
export type Found = { at: string } | { missing: string }

/** A real server that tests and benchmarks run against. */
export interface Part {
  name: string

  /** Looks for the part; installs nothing. */
  find (): Found

  /** Installs the part if it is missing. Rejects when a step fails. */
  provide (signal: AbortSignal): Promise<Found>
}
