// The message of a visit on the topic. All texts come from remote peers. Texts and lists over a limit are cut, never
// rejected: a peer with a hostile agent string is still a peer. An address is left out as a whole, since a part of it
// would be another address. Lists are cut to their own byte limit and to that of the message; the number of omitted
// items is reported.
import { MESSAGE_LIMITS, VISIT_TYPE, visitIdOf } from '../../core/contracts/visit.ts'
import { defined } from '../../core/defined.ts'
import { formatAddress } from '../address/address.ts'
import { cleanText } from '../engine/population/clean-text.ts'
import { formatPeerId } from '../peer/peer-id-text.ts'
import { cloudEventHeaders } from './cloud-event.ts'
import { fitList, jsonBytes } from './fit-list.ts'
import { messageMs, timestamp } from './message-context.ts'
import type { OutgoingMessage } from '../../core/bus/port/event-bus.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { DialAttempt, VisitConnection } from '../dial/session.ts'
import type { CompletedVisit } from '../engine/population/visit-sink.ts'
import type { Identity } from '../identify/identity.ts'
import type { MessageContext } from './message-context.ts'

const NAME_CHARS = 64

/** Addresses of one list that are examined, including those without a text. */
const MAX_EXAMINED = 2 * MESSAGE_LIMITS.addresses

/** The message of a visit, at most 24 kB, always valid by the schema `Visit`. */
export function visitMessage (completed: CompletedVisit, context: MessageContext): OutgoingMessage {
  return messageOf(visitOf(completed, context))
}

/** The same in short form, without lists and identify: less than 2 kB. */
export function shortVisitMessage (completed: CompletedVisit, context: MessageContext): OutgoingMessage {
  const { addresses, result } = completed
  const visit = visitOf({ ...completed, addresses: [], result: { ...result, attempts: [] } }, context)
  delete visit.identify
  delete visit.detail

  return messageOf({ ...visit, moreAddresses: addresses.length, ...more('moreAttempts', result.attempts.length), shortened: true })
}

function messageOf (visit: Visit): OutgoingMessage {
  return {
    key: visit.nodeId,
    value: encodeWithinLimit(visit),
    headers: cloudEventHeaders({ id: visit.visitId, type: VISIT_TYPE, source: visit.scan, time: visit.startedAt })
  }
}

function visitOf ({ crawlId, attempt, discoveryType, source, id, addresses, result }: CompletedVisit, context: MessageContext): Visit {
  const { lane, detail, connection, place, identity, latencyMs, latencyErrorMs, routingTable } = result
  const nodeId = formatPeerId(id)
  const { texts } = addressTexts(addresses)

  return {
    version: 1,
    visitId: visitIdOf({ scan: context.scan, crawlId, nodeId, source, attempt }),
    ...context,
    crawlId,
    attempt,
    nodeId,
    discoveryType,
    source,
    ...defined({ lane }),
    startedAt: timestamp(result.startedAtMs),
    durationMs: messageMs(result.durationMs),
    outcome: result.outcome,
    ...defined({ detail: detail === undefined ? undefined : cleanText(detail, MESSAGE_LIMITS.detailChars) }),
    addresses: texts,
    moreAddresses: addresses.length - texts.length,
    ...attemptsOf(result.attempts),
    ...defined({
      connection: connection === undefined ? undefined : connectionOf(connection),
      place,
      identify: identity === undefined ? undefined : identifyOf(identity),
      latencyMs: latencyMs === undefined ? undefined : messageMs(latencyMs),
      latencyErrorMs: latencyErrorMs === undefined ? undefined : messageMs(latencyErrorMs),
      routingTable: routingTable === undefined ? undefined : { ...routingTable, peers: routingTable.peers.length }
    })
  }
}

function attemptsOf (attempts: readonly DialAttempt[]): Pick<Visit, 'attempts' | 'moreAttempts'> {
  const listed = fitList(attempts.slice(0, MESSAGE_LIMITS.attempts).flatMap(attemptOf), MESSAGE_LIMITS.listBytes)

  return { attempts: listed, ...more('moreAttempts', attempts.length - listed.length) }
}

function attemptOf ({ address, outcome, durationMs }: DialAttempt): Visit['attempts'] {
  const text = addressText(address)

  return text === undefined ? [] : [{ address: text, outcome, durationMs: messageMs(durationMs) }]
}

// An established connection is reported even if its address has no text.
function connectionOf ({ address, transport, security, muxer, limited }: VisitConnection): Visit['connection'] {
  return {
    address: addressText(address) ?? '',
    transport,
    ...defined({
      security: security === undefined ? undefined : cleanText(security, NAME_CHARS),
      muxer: muxer === undefined ? undefined : cleanText(muxer, NAME_CHARS)
    }),
    limited
  }
}

function identifyOf ({ protocolVersion, agentVersion, protocols, listenAddresses, observedAddress, recordSequence }: Identity): NonNullable<Visit['identify']> {
  const observed = observedAddress === undefined ? undefined : addressText(observedAddress)
  const protocolList = protocolTexts(protocols)
  const { texts, left } = addressTexts(listenAddresses)

  return {
    ...defined({
      protocolVersion: protocolVersion === undefined ? undefined : cleanText(protocolVersion, MESSAGE_LIMITS.agentChars),
      agentVersion: agentVersion === undefined ? undefined : cleanText(agentVersion, MESSAGE_LIMITS.agentChars)
    }),
    protocols: protocolList,
    ...more('moreProtocols', new Set(protocols).size - protocolList.length),
    listenAddresses: texts,
    ...more('moreAddresses', left),
    ...defined({
      observedAddress: observed,
      recordSequence: recordSequence === undefined ? undefined : BigInt.asUintN(64, recordSequence).toString()
    })
  }
}

function protocolTexts (protocols: readonly string[]): string[] {
  const texts = protocols.slice(0, MESSAGE_LIMITS.protocols).map(protocol => cleanText(protocol, MESSAGE_LIMITS.protocolChars))

  return fitList([...new Set(texts)].sort(), MESSAGE_LIMITS.listBytes)
}

/** Texts of addresses without duplicates, and the number of omitted addresses. */
function addressTexts (addresses: readonly Uint8Array[]): { texts: string[], left: number } {
  const found = new Set<string>()
  let left = Math.max(0, addresses.length - MAX_EXAMINED)

  for (const address of addresses.slice(0, MAX_EXAMINED)) {
    const text = addressText(address)

    if (text === undefined || (found.size >= MESSAGE_LIMITS.addresses && !found.has(text))) {
      left++
    } else {
      found.add(text)
    }
  }

  const texts = fitList([...found], MESSAGE_LIMITS.listBytes)

  return { texts, left: left + found.size - texts.length }
}

function more<Key extends string> (key: Key, count: number): Partial<Record<Key, number>> {
  return count > 0 ? { [key]: count } as Record<Key, number> : {}
}

function addressText (address: Uint8Array): string | undefined {
  const text = formatAddress(address)

  return text === undefined || text.length > MESSAGE_LIMITS.addressChars ? undefined : text
}

function encodeWithinLimit (visit: Visit): Buffer {
  let value = encode(visit)

  while (value.length > MESSAGE_LIMITS.visitBytes) {
    dropItems(visit, value.length - MESSAGE_LIMITS.visitBytes)
    value = encode(visit)
  }

  return value
}

/** Drops the last items of the lists until `excess` bytes are removed. Starts with the addresses that other peers mentioned. */
function dropItems (visit: Visit, excess: number): void {
  const { identify } = visit
  let dropped = 0
  const drop = (list: unknown[]): number => {
    const before = list.length

    while (dropped < excess && list.length > 0) {
      dropped += jsonBytes(list.pop()) + 1
    }

    return before - list.length
  }

  visit.moreAddresses += drop(visit.addresses)
  Object.assign(visit, more('moreAttempts', (visit.moreAttempts ?? 0) + drop(visit.attempts)))

  if (identify !== undefined) {
    Object.assign(identify, more('moreAddresses', (identify.moreAddresses ?? 0) + drop(identify.listenAddresses)))
    Object.assign(identify, more('moreProtocols', (identify.moreProtocols ?? 0) + drop(identify.protocols)))
  }
}

function encode (value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
