import { defined } from '../../core/defined.ts'
import { ProbeError } from '../../core/errors.ts'
import type { ErrorCode } from '../../core/errors.ts'

/** The API server's refusal (a `Status` object). */
interface Status { message?: string, reason?: string, code?: number, details?: { retryAfterSeconds?: number } }

const BY_STATUS: Partial<Record<number, ErrorCode>> = {
  400: 'PP_KUBE_INVALID',
  401: 'PP_KUBE_FORBIDDEN',
  403: 'PP_KUBE_FORBIDDEN',
  404: 'PP_KUBE_NOT_FOUND',
  405: 'PP_KUBE_INVALID',
  409: 'PP_KUBE_CONFLICT',
  410: 'PP_KUBE_GONE',
  415: 'PP_KUBE_INVALID',
  422: 'PP_KUBE_INVALID'
}

// Admission also refuses with 403, which is not a problem of roles.
const QUOTA = /exceeded quota|admission webhook|violates PodSecurity|ValidatingAdmissionPolicy/

// The message contains the whole refused object, followed by the reason.
const MAX_HEAD_CHARS = 600
const MAX_TAIL_CHARS = 400

/** The error for an answer that is not a success. Its details contain `retryAfterMs` if the server asked for a pause. */
export function kubeError (status: number, body: unknown, what: string, retryAfter?: string): ProbeError {
  const { message = `status ${String(status)}`, reason, details }: Status = typeof body === 'object' && body !== null ? body : {}
  const seconds = Number(retryAfter ?? details?.retryAfterSeconds)

  return new ProbeError(codeOf(status, message), `${what}: ${shorten(message)}`, {
    details: { status, reason, ...defined({ retryAfterMs: Number.isNaN(seconds) ? undefined : seconds * 1_000 }) }
  })
}

function codeOf (status: number, message: string): ErrorCode {
  return status === 403 && QUOTA.test(message) ? 'PP_KUBE_INVALID' : BY_STATUS[status] ?? 'PP_KUBE_UNAVAILABLE'
}

function shorten (message: string): string {
  return message.length <= MAX_HEAD_CHARS + MAX_TAIL_CHARS ? message : `${message.slice(0, MAX_HEAD_CHARS)} … ${message.slice(-MAX_TAIL_CHARS)}`
}

/** The error for a request without an answer. */
export function noAnswer (err: unknown, what: string): ProbeError {
  return new ProbeError('PP_KUBE_UNAVAILABLE', `${what}: ${err instanceof Error ? err.message : String(err)}`, { cause: err })
}
