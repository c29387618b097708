// The partitioner of Kafka's Java client (murmur2), so that a key has the same partition with both adapters and with
// other producers.
const SEED = 0x9747b28c
const M = 0x5bd1e995

/** The partition of a key, by Kafka's default partitioner. */
export function partitionOf (key: string, partitions: number): number {
  return partitions === 1 ? 0 : (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions
}

/** Murmur2 as in `org.apache.kafka.common.utils.Utils`: a signed 32-bit integer. */
export function murmur2 (data: Buffer): number {
  const tail = data.length & ~3
  let h = SEED ^ data.length

  for (let i = 0; i < tail; i += 4) {
    let k = Math.imul(data.readInt32LE(i), M)
    k ^= k >>> 24
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }

  if (tail < data.length) {
    h = Math.imul(h ^ data.readUIntLE(tail, data.length - tail), M)
  }

  h ^= h >>> 13
  h = Math.imul(h, M)

  return h ^ (h >>> 15)
}
