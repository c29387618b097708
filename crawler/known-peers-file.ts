// The last crawl's population, saved for restarts: the next crawl starts from it, not only from the bootstrap peers.
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { isContacted, OUTCOME_NAMES } from '../core/contracts/outcome.ts'
import { defined } from '../core/defined.ts'
import { errorText, ProbeError } from '../core/errors.ts'
import { protectFile } from '../core/files/private-file.ts'
import { writeFileAtomically } from '../core/files/write-file-atomically.ts'
import { isPeerId } from './peer/peer-id.ts'
import type { Logger } from '../core/process/logger.ts'
import type { KnownPeer } from './engine/frontier/known-peer.ts'

// At least the highest `maxPeers` of a scan, and the most addresses of one peer.
const MAX_PEERS = 500_000
const MAX_ADDRESSES = 128
const MAX_FAILURES = 1_000
const MAX_SKIPPED = 1_000

// Bounds what remote peers can make us store. 60,000 peers with six addresses of IP and port take 25 MB.
const MAX_FILE_BYTES = 128 * 1_048_576
const MAX_ADDRESS_BYTES = 1_024

const Bytes = z.base64().max(1_024).transform(text => new Uint8Array(Buffer.from(text, 'base64')))
// Other fields are ignored: a later version may have written them.
const Line = z.object({
  id: Bytes.refine(isPeerId),
  addresses: z.array(Bytes).max(MAX_ADDRESSES),
  outcome: z.enum(OUTCOME_NAMES),
  failures: z.int().min(0).max(MAX_FAILURES),
  contactedAtMs: z.int().min(0).nullish(),
  skipped: z.int().min(0).max(MAX_SKIPPED).exactOptional()
})

/** Reads the peers of a file; empty without a file. Invalid lines are skipped: a crawl finds their peers again. */
export async function readKnownPeers (path: string | undefined, log: Pick<Logger, 'warn'>): Promise<KnownPeer[]> {
  const { text, writtenAtMs } = path === undefined ? NOTHING : await textOf(path)
  const lines = text.split('\n').filter(line => line !== '').slice(0, MAX_PEERS)
  const peers = lines.flatMap(line => peerOf(line, writtenAtMs) ?? [])

  if (peers.length < lines.length) {
    log.warn({ path, unread: lines.length - peers.length }, 'skipped invalid lines of known peers')
  }

  return peers
}

/** Replaces the file atomically with the peers of each crawl. A failure is logged; the crawls continue. */
export function keepKnownPeers (path: string | undefined, log: Pick<Logger, 'warn'>, maxBytes = MAX_FILE_BYTES): (peers: readonly KnownPeer[]) => Promise<void> {
  return async (peers) => {
    if (path === undefined) {
      return
    }

    try {
      const left = await write(path, peers, maxBytes)

      if (left > 0) {
        log.warn({ path, left, kept: peers.length - left }, 'more known peers than the file may contain: a restart begins without the last of them')
      }
    } catch (err) {
      log.warn({ err, path }, 'known peers could not be saved: after a restart the next crawl starts from the bootstrap peers')
    }
  }
}

interface Written { text: string, writtenAtMs: number }

const NOTHING: Written = { text: '', writtenAtMs: 0 }

async function textOf (path: string): Promise<Written> {
  try {
    protectFile(path)

    return { text: await readFile(path, 'utf8'), writtenAtMs: Math.floor((await stat(path)).mtimeMs) }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      return NOTHING
    }
    throw new ProbeError('PP_CONFIG_INVALID', `stateFolder: ${errorText(cause)}`, { cause })
  }
}

/** Writes as many peers as the file may contain, in their order, which begins with the contacted ones. Returns the number of omitted peers. */
async function write (path: string, peers: readonly KnownPeer[], maxBytes: number): Promise<number> {
  const lines: string[] = []
  let bytes = 0

  for (const peer of peers.slice(0, MAX_PEERS)) {
    const line = lineOf(peer)
    bytes += line.length

    if (bytes > maxBytes) {
      break
    }
    lines.push(line)
  }

  await writeFileAtomically(path, lines.join(''))

  return peers.length - lines.length
}

// The first address is the one that answered.
function lineOf ({ id, addresses, outcome, failures, contactedAtMs, skipped }: KnownPeer): string {
  let bytes = 0
  const kept = addresses.slice(0, MAX_ADDRESSES).filter((address) => {
    bytes += address.length

    return bytes <= MAX_ADDRESS_BYTES
  })

  return `${JSON.stringify({
    id: base64(id),
    addresses: kept.map(base64),
    outcome,
    failures: Math.min(failures, MAX_FAILURES),
    contactedAtMs: contactedAtMs === undefined ? null : Math.round(contactedAtMs),
    ...defined({ skipped })
  })}\n`
}

// Earlier versions did not write the time of the contact. Their file is from the end of the crawl that made it.
function peerOf (line: string, writtenAtMs: number): KnownPeer | undefined {
  const peer = lineFrom(line)

  if (peer === undefined) {
    return undefined
  }

  const { contactedAtMs, ...rest } = peer
  const assumed = peer.failures === 0 && isContacted(peer.outcome) ? writtenAtMs : undefined

  return { ...rest, ...defined({ contactedAtMs: contactedAtMs === undefined ? assumed : contactedAtMs ?? undefined }) }
}

function lineFrom (line: string): z.output<typeof Line> | undefined {
  try {
    return Line.safeParse(JSON.parse(line)).data
  } catch {
    return undefined // a truncated line
  }
}

function base64 (bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
