import { z } from 'zod'

/** What the topic of dead letters is called: the source topic's name and this. */
export const DEAD_LETTER_SUFFIX = '-dead-letters'

/** Group that lists and replays the dead letters of a consumer group. */
export function deadLetterGroupOf (group: string): string {
  return `${group}${DEAD_LETTER_SUFFIX}`
}

/** Header of a dead letter whose value the topic was too small for; its key and the message's own headers may be left out as well. */
export const OMITTED_HEADER = 'peerprobe-omitted-bytes'

/**
 * Headers of a dead letter. Its key and value are those of the message, unchanged, and so are
 * the message's own headers beside these.
 */
export const DeadLetterHeaders = z.object({
  'peerprobe-topic': z.string().describe('Topic that the message came from.'),
  'peerprobe-partition': z.string().regex(/^\d+$/).describe('Partition that it came from.'),
  'peerprobe-offset': z.string().regex(/^\d+$/).describe('Its offset there.'),
  'peerprobe-error-code': z.string().regex(/^PP_[A-Z_]+$/).describe('Why it could not be stored, as a code of the error table.'),
  'peerprobe-error-message': z.string().max(1_024).describe('The reason in words.'),
  'peerprobe-attempts': z.string().regex(/^\d+$/).describe('How often storing it was tried.'),
  'peerprobe-at': z.string().describe('When it was given up, RFC 3339.'),
  [OMITTED_HEADER]: z.string().regex(/^\d+$/).optional().describe('Bytes of its value, where the value was left out (and, where that did not do, key and headers of the message): the topic of dead letters takes no message of that size. The whole message is at its offset as long as the source topic keeps it.')
})

/** {@inheritDoc DeadLetterHeaders} */
export type DeadLetterHeaders = z.output<typeof DeadLetterHeaders>
