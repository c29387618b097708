/**
 * How crawlers, consumers and operators run Node, wherever they do. Young generations are bounded: without a bound they
 * grow and keep what is long dead (a crawl of 10,000 peers takes 100 MB more). Smaller than this, what is in use is
 * copied out of them again and again (docs/performance.md).
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'] as const
