/** CPU time of this process since its start, user and system, with all its threads, in milliseconds. */
export function cpuMs (): number {
  const { user, system } = process.cpuUsage()

  return (user + system) / 1_000
}
