// One address of a peer, step by step, by the parts that a crawler's visit consists of.
import { defined } from '../../core/defined.ts'
import { raceAbort } from '../../core/time/race-abort.ts'
import { readAddress } from '../../crawler/address/address-reader.ts'
import { formatAddress } from '../../crawler/address/address.ts'
import { dialableAddresses } from '../../crawler/dial/dialable.ts'
import { classify } from '../../crawler/peer/classify.ts'
import { PeerDeadline } from '../../crawler/peer/peer-deadline.ts'
import { provenIdOf } from '../../crawler/peer/peer-fault.ts'
import { formatPeerId } from '../../crawler/peer/peer-id-text.ts'
import { interview } from '../../crawler/visit/interview.ts'
import { connectTcp } from './connect-tcp.ts'
import { timedSession } from './timed-session.ts'
import type { Address } from '../../crawler/address/address-reader.ts'
import type { Session } from '../../crawler/dial/session.ts'
import type { Classified } from '../../crawler/peer/classify.ts'
import type { Interview } from '../../crawler/visit/interview.ts'
import type { CheckTools } from './check-tools.ts'
import type { CheckedAddress, Stage, StageName } from './checked-address.ts'
import type { RequestTimes } from './timed-session.ts'

/** IP addresses of one name that are dialled. */
const MAX_RESOLVED = 8

/** A peer, and one of its addresses as a binary multiaddr. */
export interface AddressTarget {
  id: Uint8Array
  address: Uint8Array

  /** Whether the user gave it as a bootstrap peer: its protocols are those of the network. */
  isBootstrap: boolean
}

/** Checks one address: each IP address that its name resolves to. Never rejects because of the peer. */
export async function checkAddress (target: AddressTarget, tools: CheckTools, signal: AbortSignal): Promise<CheckedAddress[]> {
  const { clock, policy, dns, diallerFor } = tools
  const startedAt = clock.monotonic()
  const record = { id: target.id, addresses: [target.address] }
  const dialable = await dialableAddresses(record, { policy, dns, supports: address => diallerFor(address) !== undefined || address.family === 'dnsaddr' }, signal)
  const resolve: Stage = { stage: 'resolve', outcome: 'outcome' in dialable ? dialable.outcome : 'ok', ms: clock.monotonic() - startedAt }

  if ('outcome' in dialable) {
    const transport = readAddress(target.address)?.transport ?? 'other'

    return [{ address: textOf(target.address), transport, outcome: dialable.outcome, stages: [resolve] }]
  }

  const checked: CheckedAddress[] = []
  for (const address of dialable.addresses.slice(0, MAX_RESOLVED)) {
    checked.push(await new Probe(address, target, tools, [resolve]).run(signal))
  }

  return checked
}

class Probe {
  readonly #address: Address
  readonly #target: AddressTarget
  readonly #tools: CheckTools
  readonly #stages: Stage[]

  constructor (address: Address, target: AddressTarget, tools: CheckTools, stages: Stage[]) {
    this.#address = address
    this.#target = target
    this.#tools = tools
    this.#stages = stages
  }

  async run (signal: AbortSignal): Promise<CheckedAddress> {
    const dialled = await this.#dial(signal)

    if ('outcome' in dialled) {
      return this.#result(dialled.outcome)
    }

    using session = dialled
    const times: RequestTimes = {}
    const { clock, protocols, requestTimeoutMs } = this.#tools
    const target = { id: this.#target.id, addresses: [], plan: { strategy: 'Census', bucket: 0 }, isBootstrap: this.#target.isBootstrap } as const
    const limits = { requestTimeoutMs, identifyTimeoutMs: requestTimeoutMs }
    const met = await interview(timedSession(session, clock, times), target, { clock, protocols, ...limits }, signal)
    this.#add('muxer', met.outcome === 'no-muxer' ? met : { outcome: 'ok' }, { detail: session.connection.muxer })
    this.#addAnswers(met, times)

    return {
      ...this.#result(met.outcome),
      ...defined({
        protocols: met.identity?.protocols,
        agentVersion: met.identity?.agentVersion,
        announced: met.identity?.listenAddresses.map(textOf)
      })
    }
  }

  async #dial (signal: AbortSignal): Promise<Session | Classified> {
    const { transport } = this.#address
    const hasSocket = transport === 'tcp' || transport === 'ws' || transport === 'wss'
    const connect = async (life: AbortSignal): Promise<void> => {
      await connectTcp(this.#address, life)
    }
    const connected = hasSocket ? await this.#timed('dial', connect, signal) : undefined

    if (connected !== undefined && 'fault' in connected) {
      return connected.fault
    }

    const stage = hasSocket ? 'secure' : 'dial'
    const dialled = await this.#timed(stage, async life => await this.#connect(life), signal)

    if ('fault' in dialled) {
      return dialled.fault
    }
    if (!hasSocket) {
      this.#add('secure', { outcome: 'ok' }, { detail: dialled.value.connection.security ?? 'TLS of QUIC' })
    }

    return dialled.value
  }

  async #connect (signal: AbortSignal): Promise<Session> {
    const dialler = this.#tools.diallerFor(this.#address)

    if (dialler === undefined) {
      throw new TypeError('an address without a client was to be dialled')
    }

    return await raceAbort(dialler.dial(this.#address, this.#target.id, signal), signal, (late) => {
      late[Symbol.dispose]()
    })
  }

  async #timed<T> (stage: StageName, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<{ value: T } | { fault: Classified }> {
    const { clock, dialTimeoutMs } = this.#tools
    const startedAt = clock.monotonic()
    using deadline = new PeerDeadline(clock, dialTimeoutMs, signal)

    try {
      const value = await work(deadline.signal)
      this.#add(stage, { outcome: 'ok' }, { ms: clock.monotonic() - startedAt })

      return { value }
    } catch (err) {
      signal.throwIfAborted()
      const fault = faultOf(err)
      // A mismatch shows in the handshake, also where that is a part of the dial.
      this.#add(fault.outcome === 'peer-id-mismatch' ? 'secure' : stage, fault, { ms: clock.monotonic() - startedAt })

      return { fault }
    }
  }

  #addAnswers ({ outcome, detail, identity, table }: Interview, { identifyMs: ms, kadMs }: RequestTimes): void {
    if (outcome === 'no-muxer') {
      return
    }

    this.#add('identify', identity === undefined ? { outcome, ...defined({ detail }) } : { outcome: 'ok' }, { ms, detail: identity?.agentVersion })

    if (table.protocol !== undefined) {
      const fault = table.answered > 0 ? { outcome: 'ok' as const } : table.fault ?? { outcome: 'rpc-failed' as const }
      this.#add('kad', fault, { ms: kadMs, detail: table.protocol })
    } else if (identity !== undefined) {
      this.#stages.push({ stage: 'kad', outcome: 'not-served' })
    }
  }

  #add (stage: StageName, { outcome, detail: reason }: Classified, { ms, detail }: { ms?: number | undefined, detail?: string | undefined } = {}): void {
    this.#stages.push({ stage, outcome, ...defined({ ms, detail: reason ?? detail }) })
  }

  #result (outcome: CheckedAddress['outcome']): CheckedAddress {
    return { address: textOf(this.#address.bytes), transport: this.#address.transport ?? 'other', outcome, stages: this.#stages }
  }
}

function faultOf (err: unknown): Classified {
  const proven = provenIdOf(err)
  const fault = classify(err)

  return proven === undefined ? fault : { ...fault, detail: `peer ${formatPeerId(proven)} answers` }
}

function textOf (address: Uint8Array): string {
  return formatAddress(address) ?? `(invalid: ${Buffer.from(address).toString('hex').slice(0, 80)})`
}
