/**
 * Node flags of crawlers, consumers and operators, in the cluster and locally. They bound the young generation of the heap:
 * unbounded, it grows and keeps dead objects (a crawl of 10,000 peers takes 100 MB more). With a lower bound, live objects
 * are copied again and again (docs/performance.md).
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'] as const
