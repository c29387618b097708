import { existsSync, readFileSync } from 'node:fs'

/** One request to Kafka's authorizer. */
export interface Authorization {
  principal: string
  isAllowed: boolean
  operation: string

  /** Such as `Topic` or `Group`. */
  resource: string
  name: string
}

// StandardAuthorizer logs allowed requests at debug, and denied ones at info.
const LINE = /Principal = (\S+) is (Allowed|Denied) operation = (\S+) from host = \S+ on resource = (\w+):LITERAL:(\S+) for request/

/** Settings of Kafka's logging: warnings on standard error, the authorizer's answers in a file. */
export function kafkaLogging (auditFile: string): string {
  const settings = {
    'rootLogger.level': 'WARN',
    'rootLogger.appenderRef.stderr.ref': 'stderr',
    'appender.stderr.type': 'Console',
    'appender.stderr.name': 'stderr',
    'appender.stderr.target': 'SYSTEM_ERR',
    'appender.stderr.layout.type': 'PatternLayout',
    'appender.stderr.layout.pattern': '%d{ISO8601} %p %m (%c)%n',
    'logger.audit.name': 'kafka.authorizer.logger',
    'logger.audit.level': 'DEBUG',
    'logger.audit.additivity': false,
    'logger.audit.appenderRef.audit.ref': 'audit',
    'appender.audit.type': 'File',
    'appender.audit.name': 'audit',
    'appender.audit.fileName': auditFile,
    'appender.audit.layout.type': 'PatternLayout',
    'appender.audit.layout.pattern': '%m%n'
  }

  return Object.entries(settings).map(([name, value]) => `${name}=${String(value)}\n`).join('')
}

/** The requests to the authorizer with their users, the oldest first. */
export function readAuthorizations (auditFile: string): Authorization[] {
  const lines = existsSync(auditFile) ? readFileSync(auditFile, 'utf8').split('\n') : []

  return lines.flatMap((line) => {
    const [, principal, verdict, operation = '', resource = '', name = ''] = LINE.exec(line) ?? []

    return principal === undefined ? [] : [{ principal, isAllowed: verdict === 'Allowed', operation, resource, name }]
  })
}
