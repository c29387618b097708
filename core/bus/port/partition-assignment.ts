/**
 * The partitions that `member` should read: they are assigned round-robin to the members in the order of their
 * ids. Every member computes the same assignment, so no leader is needed.
 */
export function partitionsFor (member: string, members: readonly string[], partitions: readonly number[]): Set<number> {
  const order = members.toSorted()
  const turn = order.indexOf(member)

  return new Set(partitions.filter((_, i) => i % order.length === turn))
}
