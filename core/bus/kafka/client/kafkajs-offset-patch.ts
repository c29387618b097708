// kafkajs's admin client reads the end of the log, including open transactions; its consumer reads up to the first open
// transaction. The difference would look like lag. This patch makes both use the same end.
import { createRequire } from 'node:module'

interface Cluster { isolationLevel: number | undefined }
interface Prototype { fetchTopicsOffset: (this: Cluster, topics: readonly object[]) => Promise<unknown> }

const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/cluster') as { prototype: Prototype }
const original = prototype.fetchTopicsOffset

const READ_COMMITTED = 1

/** Replaces the method in kafkajs. Idempotent. */
export function patchOffsets (): void {
  prototype.fetchTopicsOffset = fetchTopicsOffset
}

async function fetchTopicsOffset (this: Cluster, topics: readonly object[]): Promise<unknown> {
  this.isolationLevel ??= READ_COMMITTED

  return await original.call(this, topics)
}
