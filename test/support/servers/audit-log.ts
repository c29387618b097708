/** A request as the API server's audit log has it. */
export interface AuditEvent {
  verb: string
  userAgent?: string
  requestURI?: string
  user: { username: string }
  objectRef?: { resource: string, subresource?: string, namespace?: string, name?: string, apiGroup?: string }
  responseStatus?: { code: number }
}

/** What is whole of a file of lines that another process is writing: behind the last line break stands the start of a line. */
export function completeLines (text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1)
}

/** The requests of an audit log of whole lines. */
export function auditEvents (lines: string): AuditEvent[] {
  return lines.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as AuditEvent)
}
