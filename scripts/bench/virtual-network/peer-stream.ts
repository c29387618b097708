import { Acceptance } from '../../../crawler/client/stream/multistream.ts'
import { IDENTIFY_PROTOCOL } from '../../../crawler/identify/identify-message.ts'
import { FrameReader } from '../../../crawler/wire/frames.ts'
import { ProtobufReader } from '../../../crawler/wire/protobuf.ts'
import { KAD_PROTOCOL, PROTOCOLS } from './peer-answers.ts'
import type { AnswersOfPeers } from './peer-answers.ts'
import type { VirtualPeer } from './population.ts'

const SERVED: ReadonlySet<string> = new Set(PROTOCOLS)
const MAX_REQUEST_BYTES = 1_024
const KEY_FIELD = 2

/** The virtual peer's side of one stream. */
export class PeerStream {
  readonly #peer: VirtualPeer
  readonly #answers: AnswersOfPeers
  readonly #acceptance = new Acceptance(SERVED)
  readonly #requests = new FrameReader(MAX_REQUEST_BYTES)

  constructor (peer: VirtualPeer, answers: AnswersOfPeers) {
    this.#peer = peer
    this.#answers = answers
  }

  /** Reads input; returns the bytes to send, and whether the stream is finished. */
  feed (bytes: Uint8Array): { replies: Uint8Array[], isLast: boolean } {
    if (this.#acceptance.protocol !== undefined) {
      return { replies: this.#answer(bytes), isLast: false }
    }

    const { reply, rest } = this.#acceptance.feed(bytes)
    const isIdentify = this.#isSelected(IDENTIFY_PROTOCOL)
    const replies = isIdentify ? [this.#answers.identify(this.#peer)] : this.#answer(rest)

    return { replies: [reply, ...replies], isLast: isIdentify }
  }

  #isSelected (protocol: string): boolean {
    return this.#acceptance.protocol === protocol
  }

  #answer (bytes: Uint8Array): Uint8Array[] {
    const replies: Uint8Array[] = []

    if (!this.#isSelected(KAD_PROTOCOL) || bytes.length === 0) {
      return replies
    }

    this.#requests.push(bytes)

    for (let request = this.#requests.next(); request !== undefined; request = this.#requests.next()) {
      replies.push(this.#answers.findNode(this.#peer, keyOf(request)))
    }

    return replies
  }
}

function keyOf (request: Uint8Array): Uint8Array {
  const reader = new ProtobufReader(request)

  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === KEY_FIELD && reader.isBytes) {
      return reader.view()
    }
  }

  return new Uint8Array(0)
}
