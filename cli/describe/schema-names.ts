/** What `schema` prints, by name. */
export const SCHEMA_NAMES = ['visit', 'crawl', 'neighbours', 'neighbours-end', 'peerprobe', 'crawler-config', 'consumer-config', 'prepare-config', 'retention-config', 'sqlite', 'mysql'] as const

/** {@inheritDoc SCHEMA_NAMES} */
export type SchemaName = typeof SCHEMA_NAMES[number]
