import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { errorText, ProbeError } from '../../../core/errors.ts'
import { parseWith } from '../../../core/process/config.ts'
import { buildGoDevnet } from './build-go-devnet.ts'

/** DHT protocol of the Go devnet's hosts. */
export const GO_KAD_PROTOCOL = '/peerprobe-go-devnet/kad/1.0.0'

/** The result of Go hosts that know only one node. */
const Joined = z.object({
  hosts: z.int().describe('Number of hosts.'),
  keep: z.int().describe('Number of hosts that have the node in their routing tables at the end.'),
  found: z.int().describe('Number of hosts that found another host through the node.')
})

const JOINED_FILE = 'joined.json'

/** Joins real go-libp2p hosts to a node, lets each look up another host, and returns the result. @throws ProbeError `PP_DEVNET_FAILED` */
export async function joinThrough (address: string, signal: AbortSignal): Promise<z.output<typeof Joined>> {
  const program = await buildGoDevnet(signal)
  const folder = mkdtempSync(join(tmpdir(), 'peerprobe-go-join-'))
  const out = join(folder, JOINED_FILE)

  try {
    await promisify(execFile)(program, ['-join', address, '-out', out], { signal })

    return parseWith(Joined, JSON.parse(readFileSync(out, 'utf8')), { code: 'PP_DEVNET_FAILED', what: JOINED_FILE })
  } catch (err) {
    signal.throwIfAborted()
    throw new ProbeError('PP_DEVNET_FAILED', `no Go host could join through ${address}: ${errorText(err)}`, { cause: err })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
