// kafkajs 2.2.4 looks after throttled requests with a timer that it sets for a moment in 1970 when there is
// no throttling, again and again: Node.js warns of the negative delay, and every idle connection wakes the
// process a thousand times a second. The method is replaced by one that sets a timer only when a request
// waits for it. The client's version is pinned; a test holds that the fault is gone.
import { createRequire } from 'node:module'

interface RequestQueue {
  pending: readonly unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests: () => void
  scheduleCheckPendingRequests: () => void
}

// As in kafkajs: how often requests are looked at that wait for others to be answered.
const CHECK_MS = 10

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }

/** Replaces the method in kafkajs. Doing it again changes nothing. */
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
