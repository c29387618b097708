import { z } from 'zod'

/** What files say where they do not know an address: such peers are counted, never guessed. */
export const UNKNOWN_PLACE = 'unknown'

/** The cloud of an autonomous system that is not in the table of clouds. */
export const NO_CLOUD = 'none'

/** Most characters of the texts of a {@link Place}. */
export const PLACE_LIMITS = { organisation: 128, cloud: 32, source: 160 } as const

/** Where an IP address is, according to the files of the crawler. */
export const Place = z.object({
  country: z.string().regex(/^([A-Z]{2}|unknown)$/, 'must be an ISO 3166-1 alpha-2 code or unknown').max(7).optional().describe('ISO 3166-1 alpha-2 code, or `unknown` where the files do not know the address. Absent if no file has countries.'),
  asn: z.int().min(1).max(4_294_967_295).optional().describe('Number of the autonomous system that announces the address. Absent where it is not known.'),
  organisation: z.string().max(PLACE_LIMITS.organisation).optional().describe('Name of the autonomous system, as its file has it.'),
  cloud: z.string().min(1).max(PLACE_LIMITS.cloud).optional().describe('Cloud or hosting provider by the number of the autonomous system: a name of `crawler/places/clouds.yaml`, `none` for any other system, `unknown` where the system is not known. Absent if no file has autonomous systems.'),
  source: z.string().max(PLACE_LIMITS.source).describe('The files that know the address, each with its type and the day on which it was built; empty if none does.')
}).describe('Where an IP address is.')

/** {@inheritDoc Place} */
export type Place = z.output<typeof Place>
