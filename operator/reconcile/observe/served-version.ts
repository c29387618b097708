import { isNotFound } from '../../runtime/kube-client.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { KubeClient } from '../../runtime/kube-client.ts'

/** A group of kinds that a cluster may lack, and its versions that we know, newest first. */
export interface OptionalGroup { group: string, versions: readonly string[] }

/** Strimzi's kinds. */
export const STRIMZI: OptionalGroup = { group: 'kafka.strimzi.io', versions: ['v1', 'v1beta2'] }

/** The Prometheus operator's kinds. */
export const MONITORING: OptionalGroup = { group: 'monitoring.coreos.com', versions: ['v1'] }

/** The served version, or undefined. */
export type ServedVersion = (signal: AbortSignal) => Promise<string | undefined>

// A missing kind may be installed later, and an installed one removed.
const MISSING_MS = 10_000
const SERVED_MS = 60_000

/** Finds out which version of a group is served, and checks again from time to time. */
export function servedVersionOf (client: Pick<KubeClient, 'json'>, clock: Clock, optional: OptionalGroup): ServedVersion {
  let known: { version: string | undefined, atMs: number } | undefined

  return async (signal) => {
    if (known === undefined || clock.monotonic() - known.atMs > (known.version === undefined ? MISSING_MS : SERVED_MS)) {
      known = { version: await ask(client, optional, signal), atMs: clock.monotonic() }
    }

    return known.version
  }
}

async function ask (client: Pick<KubeClient, 'json'>, optional: OptionalGroup, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { versions } = await client.json({ method: 'GET', path: `/apis/${optional.group}` }, signal) as { versions: { version: string }[] }

    return optional.versions.find(version => versions.some(served => served.version === version))
  } catch (err) {
    if (isNotFound(err)) {
      return undefined
    }
    throw err
  }
}
