import { ERRORS } from '../../core/errors.ts'

/** The reference page of error codes. */
export function errorsPage (): string {
  const entries = Object.entries(ERRORS).map(([code, { reason, retryable, summary, action }]) => `### ${code}

Reason \`${reason}\`, ${retryable ? 'retried by itself' : 'not retried'}.

${summary} **What to do:** ${action}
`)

  return `# Error codes

Generated from \`core/errors.ts\`. A code is never renamed: log fields, metric labels and condition reasons use it.

${entries.join('\n')}`
}
