import { z } from 'zod'
import { DevnetTruth } from './truth.ts'

/** The message from the devnet's process to its parent once every peer answers. */
export const DevnetReady = z.strictObject({ type: z.literal('devnet-ready'), truth: DevnetTruth })

/** {@inheritDoc DevnetReady} */
export type DevnetReady = z.output<typeof DevnetReady>
