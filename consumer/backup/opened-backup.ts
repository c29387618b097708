// A backup that is to be restored. All of it is read and compared with its checksum before anything is written.
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { errorText, ProbeError } from '../../core/errors.ts'
import { readBackupManifest } from './backup-manifest.ts'
import { bytesOf } from './sql-dump.ts'
import type { BackupManifest } from './backup-manifest.ts'

/** Reads a backup to its end. @throws ProbeError `PP_BACKUP_INVALID` when it is missing, cut off or changed */
export async function checkedBackup (path: string, signal: AbortSignal): Promise<BackupManifest> {
  const manifest = await readBackupManifest(path)
  const { size } = await stat(path).catch((err: unknown) => {
    throw new ProbeError('PP_BACKUP_INVALID', `${path}: ${errorText(err)}`, { cause: err })
  })
  const sha256 = size === manifest.bytes ? await hashOf(path, signal) : undefined

  if (sha256 !== manifest.sha256) {
    const [what, is, says] = sha256 === undefined ? ['size in bytes', String(size), String(manifest.bytes)] : ['SHA-256', sha256, manifest.sha256]
    throw new ProbeError('PP_BACKUP_INVALID', `${path}: its ${what} is ${is}, and its manifest says ${says}: it is cut off or was changed`)
  }

  return manifest
}

/** The contents of a backup, decompressed. @throws ProbeError `PP_BACKUP_INVALID` when it is no gzip file */
export async function* contentsOf (path: string): AsyncIterable<Buffer> {
  const gunzip = createGunzip({ chunkSize: 262_144 })
  const source = bytesOf(path)
  const reading = pipeline(source, gunzip)
  // Awaited below; a reader that stops early ends it.
  reading.catch(() => undefined)

  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      yield chunk
    }
    await reading
  } catch (err) {
    throw err instanceof ProbeError ? err : new ProbeError('PP_BACKUP_INVALID', `${path}: ${errorText(err)}`, { cause: err })
  } finally {
    gunzip.destroy()
  }
}

async function hashOf (path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(bytesOf(path), hash, { signal })

  return hash.digest('hex')
}
