// kafkajs's admin client asks for the end of what was written, committed or not; its consumer reads to the first
// open transaction. The difference would look like messages that nobody takes. Here both ask for the same end.
import { createRequire } from 'node:module'

interface Cluster { isolationLevel: number | undefined }
interface Prototype { fetchTopicsOffset: (this: Cluster, topics: readonly object[]) => Promise<unknown> }

const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/cluster') as { prototype: Prototype }
const original = prototype.fetchTopicsOffset

const READ_COMMITTED = 1

/** Replaces the method in kafkajs. Doing it again changes nothing. */
export function mendOffsets (): void {
  prototype.fetchTopicsOffset = fetchTopicsOffset
}

async function fetchTopicsOffset (this: Cluster, topics: readonly object[]): Promise<unknown> {
  this.isolationLevel ??= READ_COMMITTED

  return await original.call(this, topics)
}
