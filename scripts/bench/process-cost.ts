import { readFileSync } from 'node:fs'

// The kernel counts CPU time in these, on every Linux that Node runs on (sysconf _SC_CLK_TCK).
const TICK_MS = 10

/** CPU time that a process has used, user and system, with all its threads, in milliseconds (Linux, proc(5)). */
export function cpuMsOf (pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []

  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Peak of a process's resident memory in MB (Linux, proc(5)). */
export function peakRssMbOf (pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1_024
}
