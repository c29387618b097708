/** Looks names up in the DNS. */
export interface DnsResolver {
  /**
   * IP addresses of a name, as text; none when the name has none of this family.
   *
   * @throws when nobody could tell, or with the signal's reason
   */
  addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]>

  /**
   * TXT records of a name, each in one piece; none when the name has none.
   *
   * @throws when nobody could tell, or with the signal's reason
   */
  texts (name: string, signal: AbortSignal): Promise<readonly string[]>
}
