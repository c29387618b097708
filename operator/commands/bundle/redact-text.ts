// What a text may hold of secrets although nobody meant it to: credentials in a connection string, a password beside its name,
// a key. Better too much is taken out than too little. The bundle reads no Secret at all; this is for what others wrote.

/** What stands in place of a secret. */
export const REDACTED = '[redacted]'

const SENSITIVE = [
  'pass(?:word|wd|phrase)?',
  'pwd',
  'secret',
  'token',
  'credentials?',
  'api[-_]?key',
  'access[-_]?key',
  'private[-_]?key',
  'authorization',
  'cookie',
  'jaas[-_.]?config'
].join('|')

// A text in quotes, also where its end is missing; one in the quotes of JSON within JSON; or a word.
const VALUE = String.raw`"(?:[^"\\\n]|\\.)*"?|(?<escape>\\+)"(?:(?!(?<!\\)\k<escape>").)*(?:\k<escape>")?|'[^'\n]*'?|[^\s,;}&"']+`

// Each looks a bounded way ahead, or takes what it has looked at: strangers choose texts in logs.
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g, REDACTED],
  // scheme://user:password@host, and scheme://token@host.
  [/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]{0,512}@/gi, `$1${REDACTED}@`],
  [/\b(bearer|basic|digest)\s{1,8}[a-z0-9._~+/=-]{6,}/gi, `$1 ${REDACTED}`],
  [new RegExp(String.raw`((?:${SENSITIVE})\\{0,8}["']?[^\S\n]{0,8}[:=][^\S\n]{0,8})(?:${VALUE})`, 'gi'), `$1${REDACTED}`],
  [/(--?[a-z-]{0,40}(?:password|passwd|token|secret)[a-z-]{0,40}\s{1,8})[^\s"']+/gi, `$1${REDACTED}`],
  [/(identified\s{1,8}(?:by|with\s{1,8}\S{1,64}\s{1,8}(?:by|as))\s{1,8})\S+/gi, `$1${REDACTED}`],
  // JSON web tokens.
  [/\beyJ[a-z0-9_-]{1,512}\.[a-z0-9_-]{1,512}\.[a-z0-9_-]*/gi, REDACTED]
]

/** A text without what looks like a secret. */
export function redactText (text: string): string {
  return PATTERNS.reduce((redacted, [pattern, by]) => redacted.replace(pattern, by), text)
}
