import { setTimeout as delay } from 'node:timers/promises'
import type { PodContainer, PodProbe } from './pod.ts'

const SECOND = 1_000

/** Whom a probe asks. */
export interface ProbeTarget { container: PodContainer, address: string }

/** Told each change of a probe's answer; the first answer counts as one. */
export type OnProbeChange = (isWell: boolean) => void

/** Asks a container by one of its probes, where it has it, until `signal` aborts. */
export async function watchProbe (probe: PodProbe | undefined, target: ProbeTarget, onChange: OnProbeChange, signal: AbortSignal): Promise<void> {
  let failures = 0
  let before: boolean | undefined

  while (probe !== undefined && !signal.aborted) {
    const { periodSeconds = 10, failureThreshold = 3 } = probe
    failures = await answers(probe, target) ? 0 : failures + 1
    const now = judge(failures, failureThreshold, before)

    if (now !== undefined && now !== before && !isAborted(signal)) {
      before = now
      onChange(now)
    }

    await delay(periodSeconds * SECOND, undefined, { signal }).catch(() => undefined) // the end of the watch
  }
}

// What is well fails by several failures in a row.
function judge (failures: number, threshold: number, before: boolean | undefined): boolean | undefined {
  return failures === 0 || (failures >= threshold ? false : before)
}

function isAborted ({ aborted }: AbortSignal): boolean {
  return aborted
}

async function answers ({ httpGet, timeoutSeconds = 1 }: PodProbe, { container, address }: ProbeTarget): Promise<boolean> {
  const port = container.ports?.find(({ name }) => name === httpGet?.port)?.containerPort ?? Number(httpGet?.port)

  try {
    const { status } = await fetch(`http://${address}:${String(port)}${httpGet?.path ?? ''}`, { signal: AbortSignal.timeout(timeoutSeconds * SECOND) })

    return status >= 200 && status < 400
  } catch {
    return false // no answer is the answer
  }
}
