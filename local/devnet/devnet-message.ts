import { z } from 'zod'
import { DevnetTruth } from './truth.ts'

/** What the devnet's process tells its parent once every peer answers. */
export const DevnetReady = z.strictObject({ type: z.literal('devnet-ready'), truth: DevnetTruth })

/** {@inheritDoc DevnetReady} */
export type DevnetReady = z.output<typeof DevnetReady>
