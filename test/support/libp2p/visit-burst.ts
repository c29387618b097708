// A burst of visitors in a separate process: a given number of complete visits at once, each on its own connection.
// Prints the number of visits by outcome as JSON.
import { Scan } from '../../../core/contracts/scan.ts'
import { systemClock } from '../../../core/time/clock.ts'
import { parseAddress } from '../../../crawler/address/address.ts'
import { openClientVisitor } from '../../../crawler/client/client-visitor.ts'
import { ScriptedDns } from '../network/scripted-dns.ts'
import { KAD } from './open-passive.ts'

const [address = '', count = ''] = process.argv.slice(2)
const { addresses } = Scan.parse({ name: 'main', network: { preset: 'ipfs' }, addresses: { policy: 'Any', maxDialsPerIP: 1_024, maxDialsPerSubnet: 1_024 } })
const limits = { dialTimeoutMs: 20_000, visitTimeoutMs: 30_000, identifyTimeoutMs: 20_000, requestTimeoutMs: 20_000 }
await using visitor = openClientVisitor({ kadProtocols: [KAD], agentVersion: 'burst/1', addresses, ...limits }, { clock: systemClock, dns: new ScriptedDns() })
const { address: parsed, peerId } = parseAddress(address)!
const target = { id: peerId!, addresses: [parsed], plan: { strategy: 'Census', bucket: 0 } as const }
const { signal } = new AbortController()
const outcomes: Record<string, number> = {}

await Promise.all(Array.from({ length: Number(count) }, async () => {
  const { outcome } = await visitor.visit(target, signal)
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}))
process.stdout.write(JSON.stringify(outcomes))
