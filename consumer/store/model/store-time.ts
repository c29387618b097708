/** An RFC 3339 time of a message as the database writes it: `2026-01-31 12:34:56.789`, in UTC. */
export function toStoreTime (rfc3339: string): string {
  return `${rfc3339.slice(0, 10)} ${rfc3339.slice(11, 23)}`
}

/** Epoch milliseconds as the database writes them. */
export function storeTimeOf (epochMs: number): string {
  return toStoreTime(new Date(epochMs).toISOString())
}

/** A time of the database in RFC 3339. */
export function fromStoreTime (text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11)}Z`
}
