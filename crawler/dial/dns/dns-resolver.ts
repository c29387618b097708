/** Looks up names in the DNS. */
export interface DnsResolver {
  /**
   * IP addresses of a name, as text; empty if the name has none of this family.
   *
   * @throws if the lookup failed, or with the signal's reason
   */
  addresses (name: string, family: 4 | 6, signal: AbortSignal): Promise<readonly string[]>

  /**
   * TXT records of a name, each with its parts joined; empty if the name has none.
   *
   * @throws if the lookup failed, or with the signal's reason
   */
  texts (name: string, signal: AbortSignal): Promise<readonly string[]>
}
