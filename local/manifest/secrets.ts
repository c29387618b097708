// Kubernetes keeps passwords in Secrets. On one machine they are in the same file as the PeerProbe, as for `kubectl
// apply`, or in a folder with the layout of mounted Secrets: one folder for each Secret, one file for each key.
import { z } from 'zod'
import { formatPath, problemsOf } from '../../core/process/config.ts'
import { NamespaceName, ObjectName, SecretKey } from '../../operator/api/references.ts'

/** A Secret of a manifest: its values by key. */
export interface Secret {
  name: string
  values: ReadonlyMap<string, Buffer>
}

const Base64 = z.base64('must be base64 (plain text goes to stringData)').max(1_400_000)

const SecretManifest = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata: z.object({ name: ObjectName, namespace: NamespaceName.optional() }),
  data: z.record(SecretKey, Base64).optional(),
  stringData: z.record(SecretKey, z.string().max(1_048_576)).optional()
})

/** Reads a document of kind Secret. As in Kubernetes, `stringData` overrides `data`. */
export function parseSecret (document: unknown): Secret | { problems: string[] } {
  const result = SecretManifest.safeParse(document)

  if (!result.success) {
    return { problems: result.error.issues.flatMap(problemsOf) }
  }

  const { metadata: { name }, data = {}, stringData = {} } = result.data
  const values = new Map([
    ...Object.entries(data).map(([key, text]): [string, Buffer] => [key, Buffer.from(text, 'base64')]),
    ...Object.entries(stringData).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)])
  ])

  return { name, values }
}

/** The message about a missing key of a Secret, with the ways to provide it. */
export function missingSecret (path: readonly PropertyKey[], name: string, key: string): string {
  const ways = `add the Secret to the manifest as a separate document, or use --secrets DIR with a file DIR/${name}/${key}`

  return `${formatPath(path)}: the key ${key} of Secret ${name} is missing: ${ways}`
}
