import type { DnsResolver } from '../../../crawler/dial/dns/dns-resolver.ts'

/** A DNS with scripted records: IP addresses and TXT records by name. Names that start with `broken` fail. */
export class ScriptedDns implements DnsResolver {
  readonly asked: string[] = []
  readonly #records: Readonly<Record<string, readonly string[]>>

  constructor (records: Readonly<Record<string, readonly string[]>> = {}) {
    this.#records = records
  }

  async addresses (name: string, family: 4 | 6): Promise<readonly string[]> {
    return this.#answer(name, `${String(family)} ${name}`).filter(ip => ip.includes(':') === (family === 6))
  }

  async texts (name: string): Promise<readonly string[]> {
    return this.#answer(name, `txt ${name}`)
  }

  #answer (name: string, question: string): readonly string[] {
    this.asked.push(question)

    if (name.startsWith('broken')) {
      throw new Error('SERVFAIL')
    }

    return this.#records[name] ?? []
  }
}
