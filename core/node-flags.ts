/**
 * How crawlers, consumers and operators run Node, wherever they do. Small young generations: they hold many things
 * for a second each, which larger ones keep for long (a crawl of 10,000 peers takes a quarter less memory, and no more
 * CPU time).
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'] as const
