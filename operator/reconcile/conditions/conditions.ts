import { errorText, isProbeError } from '../../../core/errors.ts'

/** What a PeerProbe's conditions tell of. */
export const CONDITION_TYPES = ['Ready', 'KafkaReady', 'DatabaseReady', 'ConsumersReady', 'CrawlersReady', 'Suspended', 'Paused'] as const

/** {@inheritDoc CONDITION_TYPES} */
export type ConditionType = typeof CONDITION_TYPES[number]

/** The parts of a PeerProbe in the order in which they are made: of several causes the first is reported. */
export const ORDER = ['KafkaReady', 'DatabaseReady', 'ConsumersReady', 'CrawlersReady'] as const satisfies readonly ConditionType[]

/** A finding about one part of a PeerProbe. */
export interface Finding {
  status: 'True' | 'False' | 'Unknown'

  /** UpperCamel; of the error table where it is no success. */
  reason: string
  message: string
}

/** A condition as Kubernetes has it (metav1.Condition). */
export interface Condition extends Finding {
  type: string
  observedGeneration: number

  /** When the status last changed, RFC 3339. */
  lastTransitionTime: string
}

// The API ends them at 32,768; nobody reads that far.
const MAX_MESSAGE_CHARS = 1_024

// By it the API server says whom it refuses: an object of the operator's namespace, which whoever reads a condition may not see.
const ACCOUNT = /system:serviceaccount:[-.a-z0-9]+:[-.a-z0-9]+/g

/** A state that it is not in, and that is no failure. */
export function off (reason: string): Finding {
  return { status: 'False', reason, message: '' }
}

/** The finding of a success. */
export function good (reason: string, message: string): Finding {
  return { status: 'True', reason, message }
}

/** The finding of what is still on its way. */
export function waiting (reason: string, message: string): Finding {
  return { status: 'Unknown', reason, message }
}

/** The finding of a failure, by its code's reason. An error that is only that something is not there yet says so by `details.waiting`, its reason then. */
export function failed (err: unknown): Finding {
  const reason = isProbeError(err) ? err.details['waiting'] : undefined
  const message = errorText(err).replaceAll(ACCOUNT, 'the operator\'s account')

  if (typeof reason === 'string') {
    return waiting(reason, message)
  }

  return { status: 'False', reason: isProbeError(err) ? err.reason : 'InternalError', message }
}

/** Findings by what they are about. */
export type Findings = Readonly<Partial<Record<ConditionType, Finding>>>

/** Conditions from findings; a time moves only when a status flips. */
export function conditionsOf (findings: Findings, before: readonly Condition[], { generation, now }: { generation: number, now: string }): Condition[] {
  return CONDITION_TYPES.flatMap((type) => {
    const finding = findings[type]

    if (finding === undefined) {
      return []
    }

    const old = before.find(condition => condition.type === type)
    const { status, reason, message } = finding
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now

    return [{ type, status, reason, message: message.slice(0, MAX_MESSAGE_CHARS), observedGeneration: generation, lastTransitionTime }]
  })
}
