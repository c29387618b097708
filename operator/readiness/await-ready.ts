import { errorText, ProbeError } from '../../core/errors.ts'
import { sleep } from '../../core/time/sleep.ts'
import type { Clock } from '../../core/time/clock.ts'

/** How long to wait for a ready operator, and the interval of requests, in milliseconds. */
export interface ReadinessLimits {
  limitMs: number
  everyMs: number

  /** Time limit of one request. */
  answerMs: number
}

/** Dependencies of {@link awaitReady}. */
export interface ReadinessDeps {
  clock: Clock
  fetch: (url: string, options: { signal: AbortSignal }) => Promise<Pick<Response, 'status' | 'text'>>
}

// Characters of an answer or an error in messages.
const SHOWN = 200

/**
 * Asks an operator at `/readyz` of a URL until it answers that it is ready.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` where the URL is none of HTTP; `PP_OPERATOR_NOT_READY` when the time is up, with what
 * the last question met
 */
export async function awaitReady ({ clock, fetch }: ReadinessDeps, base: string, limits: ReadinessLimits, signal: AbortSignal): Promise<void> {
  const { limitMs, everyMs, answerMs } = limits
  const url = readyUrl(base)
  const endMs = clock.monotonic() + limitMs
  let met = ''

  do {
    try {
      const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]) })
      const text = (await answer.text()).trim()

      if (answer.status === 200) {
        return
      }
      met = `${String(answer.status)}: ${text.slice(0, SHOWN)}`
    } catch (err) {
      signal.throwIfAborted()
      met = causesOf(err)
    }
    await sleep(clock, everyMs, signal)
  } while (clock.monotonic() < endMs)

  throw new ProbeError('PP_OPERATOR_NOT_READY', `${url} did not answer within ${String(limitMs)} ms that the operator is ready; the last request got ${met}`)
}

function readyUrl (base: string): string {
  const url = URL.parse('/readyz', base)

  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ProbeError('PP_CONFIG_INVALID', `${JSON.stringify(base)} is not the URL of an operator, such as http://probe-operator.peerprobe-system.svc:9090`)
  }

  return url.href
}

// The error of fetch says "fetch failed"; its cause says why.
function causesOf (err: unknown): string {
  const cause = err instanceof Error ? err.cause : undefined

  return `${errorText(err)}${cause === undefined ? '' : ` (${errorText(cause)})`}`.slice(0, SHOWN)
}
