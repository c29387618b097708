import { CrawlerConfig } from '../../../core/contracts/process-config.ts'
import { freePortPair } from '../servers/free-ports.ts'

/** A bootstrap peer that does not exist. */
const NOBODY = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'

/** Settings that differ between tests. */
export interface CrawlerConfigOptions {
  stateFolder: string

  /** Bootstrap peers. @default {@link NOBODY} */
  seed?: string

  protocols: string[]

  /** @default true */
  active?: boolean

  /** @default true */
  passive?: boolean
}

/** The configuration of a crawler of a network on loopback, its passive node on a free port. */
export async function crawlerConfig ({ stateFolder, seed = NOBODY, protocols, active = true, passive = true }: CrawlerConfigOptions): Promise<CrawlerConfig> {
  return CrawlerConfig.parse({
    scanId: 'a/b/c',
    topic: 't',
    bus: { embedded: { path: 'x' } },
    stateFolder,
    passive: { host: '127.0.0.1' },
    scan: {
      name: 'c',
      network: { name: 'lab', bootstrapPeers: [seed], protocols },
      addresses: { policy: 'Private' },
      active: { enabled: active, interval: '1h' },
      passive: { enabled: passive, port: await freePortPair() }
    }
  })
}
