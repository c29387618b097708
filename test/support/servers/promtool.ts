import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { prometheus } from '../../../scripts/provision/prometheus.ts'

const found = prometheus.find()

/** Why there is no Prometheus on this machine and how to get it; undefined if there is one. For `suite(…, { skip })`. */
export const missingPrometheus = 'missing' in found ? found.missing : undefined

const LIMIT_MS = 60_000

/** The path of `prometheus` or `promtool`. @throws TypeError if there is none */
export function monitoringProgram (name: 'prometheus' | 'promtool'): string {
  if ('missing' in found) {
    throw new TypeError(found.missing)
  }

  return join(found.at, name)
}

/** Runs promtool to its end, with `input` as its standard input. @throws TypeError if it does not run to its end */
export function promtool (args: readonly string[], { input = '' }: { input?: string } = {}): { code: number, output: string } {
  const { status, stdout, stderr, error } = spawnSync(monitoringProgram('promtool'), args, { encoding: 'utf8', input, timeout: LIMIT_MS })

  if (status === null) {
    throw new TypeError(`promtool ${args.join(' ')} did not run to its end`, { cause: error })
  }

  return { code: status, output: stdout + stderr }
}
