import { systemClock } from '../../../core/time/clock.ts'
import { readIdentify } from '../../../crawler/identify/read-identify.ts'
import type { Session } from '../../../crawler/dial/session.ts'

/** All bytes of a session's identify, read like in a visit. */
export async function identifyBytesOf (session: Pick<Session, 'openIdentify'>, signal: AbortSignal): Promise<Uint8Array> {
  using stream = await session.openIdentify(signal)

  return await readIdentify(stream, systemClock, signal)
}
