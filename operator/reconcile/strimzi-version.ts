import { isNotFound } from '../runtime/kube-client.ts'
import type { Clock } from '../../core/clock.ts'
import type { KubeClient } from '../runtime/kube-client.ts'

// Newest first.
const VERSIONS = ['v1', 'v1beta2']
const RECHECK_MS = 10_000

/** Tells which version of Strimzi's kinds is served; asked again now and then where there is none, since it may be installed later. */
export function strimziVersionOf (client: Pick<KubeClient, 'json'>, clock: Clock): (signal: AbortSignal) => Promise<string | undefined> {
  let known: { version: string | undefined, atMs: number } | undefined

  return async (signal) => {
    if (known === undefined || (known.version === undefined && clock.monotonic() - known.atMs > RECHECK_MS)) {
      known = { version: await servedVersion(client, signal), atMs: clock.monotonic() }
    }

    return known.version
  }
}

async function servedVersion (client: Pick<KubeClient, 'json'>, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { versions } = await client.json({ method: 'GET', path: '/apis/kafka.strimzi.io' }, signal) as { versions: { version: string }[] }

    return VERSIONS.find(version => versions.some(served => served.version === version))
  } catch (err) {
    if (isNotFound(err)) {
      return undefined
    }
    throw err
  }
}
