// kafkajs 2.2.4 checks throttled requests with a timer. Without throttling it sets that timer to a moment in 1970, again
// and again: Node.js warns about the negative delay, and every idle connection wakes the process a thousand times a
// second. This method sets a timer only while requests wait. The client's version is pinned; a test checks the fix.
import { createRequire } from 'node:module'

interface RequestQueue {
  pending: readonly unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests: () => void
  scheduleCheckPendingRequests: () => void
}

// As in kafkajs: interval at which waiting requests are checked.
const CHECK_MS = 10

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }

/** Replaces the method in kafkajs. Idempotent. */
export function patchKafkajsTimers (): void {
  prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests
}

function scheduleCheckPendingRequests (this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) {
    return
  }

  const throttledMs = this.throttledUntil - Date.now()
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, throttledMs > 0 ? throttledMs : CHECK_MS)
}
