import { systemClock } from '../../../core/time/clock.ts'
import { readIdentify } from '../../../crawler/identify/read-identify.ts'
import type { Session } from '../../../crawler/dial/session.ts'

/** All bytes that a session's identify gives, as a visit reads them. */
export async function identifyBytesOf (session: Pick<Session, 'openIdentify'>, signal: AbortSignal): Promise<Uint8Array> {
  using stream = await session.openIdentify(signal)

  return await readIdentify(stream, systemClock, signal)
}
