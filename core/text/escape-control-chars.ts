/** Makes an untrusted text safe to print: control and direction characters are escaped. */
export function escapeControlChars (text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}
