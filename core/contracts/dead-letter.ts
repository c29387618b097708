import { z } from 'zod'

/** Suffix of the dead letter topic's name, after the source topic's name. */
export const DEAD_LETTER_SUFFIX = '-dead-letters'

/** Group that lists and replays the dead letters of a consumer group. */
export function deadLetterGroupOf (group: string): string {
  return `${group}${DEAD_LETTER_SUFFIX}`
}

/** Header of a dead letter whose value exceeded the topic's size limit and was left out; key and headers of the message may be left out as well. */
export const OMITTED_HEADER = 'peerprobe-omitted-bytes'

/**
 * Headers of a dead letter. Its key, its value and its other headers are those of the message, unchanged.
 */
export const DeadLetterHeaders = z.object({
  'peerprobe-topic': z.string().describe('Topic that the message came from.'),
  'peerprobe-partition': z.string().regex(/^\d+$/).describe('Partition that it came from.'),
  'peerprobe-offset': z.string().regex(/^\d+$/).describe('Its offset there.'),
  'peerprobe-error-code': z.string().regex(/^PP_[A-Z_]+$/).describe('Why it could not be stored, as a code of the error table.'),
  'peerprobe-error-message': z.string().max(1_024).describe('The reason in words.'),
  'peerprobe-attempts': z.string().regex(/^\d+$/).describe('Number of attempts to store it.'),
  'peerprobe-at': z.string().describe('When it was given up, RFC 3339.'),
  [OMITTED_HEADER]: z.string().regex(/^\d+$/).optional().describe('Bytes of its value, where the value was left out (and, if that was not enough, key and headers of the message) because the dead letter topic has a lower size limit. The whole message is at its offset as long as the source topic keeps it.')
})

/** {@inheritDoc DeadLetterHeaders} */
export type DeadLetterHeaders = z.output<typeof DeadLetterHeaders>
