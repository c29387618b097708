// What a visit looks like on the topic. All texts come from strangers and all limits are kept by cutting,
// never by refusing: a peer with a hostile agent string is still a peer. An address is left out whole, since
// half of one is another one. Only when a message is still too large do its lists lose their last items.
import { MESSAGE_LIMITS, VISIT_TYPE, visitIdOf } from '../../core/contracts/visit.ts'
import { cleanText } from '../engine/clean-text.ts'
import { formatAddress } from '../visit/address.ts'
import { formatPeerId } from '../visit/peer-id-text.ts'
import { cloudEventHeaders } from './cloud-event.ts'
import { messageMs, timestamp } from './message-context.ts'
import type { OutgoingMessage } from '../../core/bus/event-bus.ts'
import type { Visit } from '../../core/contracts/visit.ts'
import type { CompletedVisit } from '../engine/visit-sink.ts'
import type { DialAttempt, Identity, VisitConnection } from '../visit/visitor.ts'
import type { MessageContext } from './message-context.ts'

const NAME_CHARS = 64

/** Addresses of one list that are looked at, those without a text included. */
const MAX_EXAMINED = 2 * MESSAGE_LIMITS.addresses

/** The message of one visit, at most 64 kB, always accepted by the schema `Visit`. */
export function visitMessage (completed: CompletedVisit, context: MessageContext): OutgoingMessage {
  const visit = visitOf(completed, context)

  return {
    key: visit.nodeId,
    value: encodeWithinLimit(visit),
    headers: cloudEventHeaders({ id: visit.visitId, type: VISIT_TYPE, source: visit.scan, time: visit.startedAt })
  }
}

function visitOf ({ crawlId, attempt, discoveryType, source, id, addresses, result }: CompletedVisit, context: MessageContext): Visit {
  const { lane, detail, connection, identity, latencyMs, latencyErrorMs, routingTable } = result
  const nodeId = formatPeerId(id)
  const texts = addressTexts(addresses)

  return {
    version: 1,
    visitId: visitIdOf({ scan: context.scan, crawlId, nodeId, source, attempt }),
    ...context,
    crawlId,
    attempt,
    nodeId,
    discoveryType,
    source,
    ...(lane === undefined ? {} : { lane }),
    startedAt: timestamp(result.startedAtMs),
    durationMs: messageMs(result.durationMs),
    outcome: result.outcome,
    ...(detail === undefined ? {} : { detail: cleanText(detail, MESSAGE_LIMITS.detailChars) }),
    addresses: texts,
    moreAddresses: addresses.length - texts.length,
    attempts: result.attempts.slice(0, MESSAGE_LIMITS.attempts).flatMap(attemptOf),
    ...(connection === undefined ? {} : { connection: connectionOf(connection) }),
    ...(identity === undefined ? {} : { identify: identifyOf(identity) }),
    ...(latencyMs === undefined ? {} : { latencyMs: messageMs(latencyMs) }),
    ...(latencyErrorMs === undefined ? {} : { latencyErrorMs: messageMs(latencyErrorMs) }),
    ...(routingTable === undefined ? {} : { routingTable: { ...routingTable, peers: routingTable.peers.length } })
  }
}

function attemptOf ({ address, outcome, durationMs }: DialAttempt): Visit['attempts'] {
  const text = addressText(address)

  return text === undefined ? [] : [{ address: text, outcome, durationMs: messageMs(durationMs) }]
}

// Of an address that answered the connection counts even where the address has no text.
function connectionOf ({ address, transport, security, muxer, limited }: VisitConnection): Visit['connection'] {
  return {
    address: addressText(address) ?? '',
    transport,
    ...(security === undefined ? {} : { security: cleanText(security, NAME_CHARS) }),
    ...(muxer === undefined ? {} : { muxer: cleanText(muxer, NAME_CHARS) }),
    limited
  }
}

function identifyOf ({ protocolVersion, agentVersion, protocols, listenAddresses, observedAddress, recordSequence }: Identity): NonNullable<Visit['identify']> {
  const observed = observedAddress === undefined ? undefined : addressText(observedAddress)

  return {
    ...(protocolVersion === undefined ? {} : { protocolVersion: cleanText(protocolVersion, MESSAGE_LIMITS.agentChars) }),
    ...(agentVersion === undefined ? {} : { agentVersion: cleanText(agentVersion, MESSAGE_LIMITS.agentChars) }),
    protocols: protocolTexts(protocols),
    listenAddresses: addressTexts(listenAddresses),
    ...(observed === undefined ? {} : { observedAddress: observed }),
    ...(recordSequence === undefined ? {} : { recordSequence: BigInt.asUintN(64, recordSequence).toString() })
  }
}

function protocolTexts (protocols: readonly string[]): string[] {
  const texts = protocols.slice(0, MESSAGE_LIMITS.protocols).map(protocol => cleanText(protocol, MESSAGE_LIMITS.protocolChars))

  return [...new Set(texts)].sort()
}

function addressTexts (addresses: readonly Uint8Array[]): string[] {
  const texts = new Set<string>()

  for (const address of addresses.slice(0, MAX_EXAMINED)) {
    const text = addressText(address)

    if (text !== undefined && texts.size < MESSAGE_LIMITS.addresses) {
      texts.add(text)
    }
  }

  return [...texts]
}

function addressText (address: Uint8Array): string | undefined {
  const text = formatAddress(address)

  return text === undefined || text.length > MESSAGE_LIMITS.addressChars ? undefined : text
}

function encodeWithinLimit (visit: Visit): Buffer {
  let value = encode(visit)

  while (value.length > MESSAGE_LIMITS.bytes) {
    dropItems(visit, value.length - MESSAGE_LIMITS.bytes)
    value = encode(visit)
  }

  return value
}

/** Drops the last items of the lists, addresses first, until `excess` bytes are gone. */
function dropItems (visit: Visit, excess: number): void {
  const lists: unknown[][] = [visit.addresses, visit.identify?.listenAddresses ?? [], visit.attempts, visit.identify?.protocols ?? []]
  const before = visit.addresses.length
  let dropped = 0

  for (const list of lists) {
    while (dropped < excess && list.length > 0) {
      dropped += encode(list.pop()).length + 1
    }
  }

  visit.moreAddresses += before - visit.addresses.length
}

function encode (value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}
