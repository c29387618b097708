/** The registry's data about a package, as far as `npm view --json` returns it. */
export interface RegistryAnswer {
  /** Publishing times by version, ISO 8601, with `created` and `modified`. */
  time?: Readonly<Record<string, string>>

  /** Who may publish it. */
  maintainers?: string | readonly unknown[]

  deprecated?: string
}

/** How well a package is maintained. */
export interface PackageHealth {
  name: string
  version: string

  /** Days since any release of it was published; undefined if the registry does not say. */
  idleDays: number | undefined

  /** Days since the version in use was published. */
  ageDays: number | undefined

  /** Number of people who may publish it. */
  maintainers: number | undefined

  /** Warnings. */
  remarks: readonly string[]
}

const DAY_MS = 86_400_000

// Two years without a version: a bug may not be fixed any more.
const IDLE_DAYS = 730

// A stolen account is usually noticed within days.
const FRESH_DAYS = 3

// Without `created`, `modified` and pre-releases.
const RELEASE = /^\d+\.\d+\.\d+$/

/** Evaluates the registry's data about a package. */
export function packageHealth ({ name, version }: { name: string, version: string }, answer: RegistryAnswer, nowMs: number): PackageHealth {
  const published = Object.entries(answer.time ?? {}).filter(([key]) => RELEASE.test(key))
  const daysSince = (times: typeof published): number | undefined => {
    return times.length === 0 ? undefined : Math.floor((nowMs - Math.max(...times.map(([, time]) => Date.parse(time)))) / DAY_MS)
  }
  const idleDays = daysSince(published)
  const ageDays = daysSince(published.filter(([key]) => key === version))
  const maintainers = answer.maintainers === undefined ? undefined : [answer.maintainers].flat().length

  return {
    name,
    version,
    idleDays,
    ageDays,
    maintainers,
    remarks: [
      ...answer.deprecated === undefined ? [] : [`deprecated: ${answer.deprecated}`],
      ...idleDays !== undefined && idleDays > IDLE_DAYS ? ['no version for two years'] : [],
      ...ageDays !== undefined && ageDays < FRESH_DAYS ? ['published within three days'] : [],
      ...maintainers === 1 ? ['one person may publish it'] : []
    ]
  }
}

/** The answer of `npm audit --json`: counts by severity, or why there is none. */
export interface AdvisoryAnswer {
  metadata?: { vulnerabilities?: Readonly<Record<string, number>> }
  vulnerabilities?: Readonly<Record<string, { severity: string }>>
  message?: string
}

/** Packages with known vulnerabilities; undefined if the registry gave no answer. */
export function knownFaults ({ metadata, vulnerabilities }: AdvisoryAnswer): string[] | undefined {
  return metadata === undefined ? undefined : Object.entries(vulnerabilities ?? {}).map(([name, { severity }]) => `${name} (${severity})`)
}
