import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorText, ProbeError } from '../../core/errors.ts'
import type { FileHandle } from 'node:fs/promises'

/** Longest manifest that is read; etcd does not accept objects over 1.5 MiB either. */
export const MAX_MANIFEST_BYTES = 1_024 * 1_024

const LOOK_EVERY_MS = 50

/** Settings of {@link readText}. */
export interface ReadTextOptions {
  /** How long a pipe may stay silent, in milliseconds. @default 10000 */
  silenceMs?: number
}

/**
 * Reads a manifest's text from a file, or from a pipe such as `<(kustomize build)` or `/dev/stdin`,
 * which arrives in parts.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when it cannot be read, is too long, or nothing arrives
 */
export async function readText (path: string, { silenceMs = 10_000 }: ReadTextOptions = {}): Promise<string> {
  let text: Buffer | undefined

  try {
    // Opening a pipe without a writer would block forever and keep this process from exiting.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { buffer, bytes } = await readWhole(file, silenceMs)
    text = bytes > MAX_MANIFEST_BYTES ? undefined : buffer.subarray(0, bytes)
  } catch (err) {
    throw new ProbeError('PP_CONFIG_INVALID', `${path}: cannot be read: ${errorText(err)}`, { cause: err })
  }

  if (text === undefined) {
    throw new ProbeError('PP_CONFIG_INVALID', `${path}: longer than ${String(MAX_MANIFEST_BYTES)} bytes`)
  }

  return text.toString('utf8')
}

async function readWhole (file: FileHandle, silenceMs: number): Promise<{ buffer: Buffer, bytes: number }> {
  const isPipe = (await file.stat()).isFIFO()
  const buffer = Buffer.alloc(MAX_MANIFEST_BYTES + 1)

  for (let bytes = 0, silentMs = 0; ;) {
    const read = await readPart(file, buffer, bytes)
    bytes += read ?? 0

    // A pipe without a writer yet also reads as ended.
    if (bytes > MAX_MANIFEST_BYTES || (read === 0 && (bytes > 0 || !isPipe))) {
      return { buffer, bytes }
    }

    silentMs = (read ?? 0) > 0 ? 0 : silentMs + LOOK_EVERY_MS
    await pauseWhileSilent(silentMs, silenceMs)
  }
}

async function pauseWhileSilent (silentMs: number, silenceMs: number): Promise<void> {
  if (silentMs > silenceMs) {
    throw new ProbeError('PP_CONFIG_INVALID', `nothing was written to it for ${String(silenceMs / 1_000)} s`)
  }
  if (silentMs > 0) {
    await sleep(LOOK_EVERY_MS)
  }
}

/** Number of bytes read; undefined if none are available yet. */
async function readPart (file: FileHandle, buffer: Buffer, offset: number): Promise<number | undefined> {
  try {
    return (await file.read(buffer, offset, buffer.length - offset, null)).bytesRead
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'EAGAIN') {
      return undefined
    }
    throw err
  }
}
