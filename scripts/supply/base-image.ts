import { readFileSync } from 'node:fs'
import { ProbeError } from '../../core/errors.ts'

/** A base image. */
export interface BaseImage {
  /** As in the Dockerfile. */
  reference: string

  name: string
  tag: string

  /** SHA-256 of its index of platforms, in hexadecimal. */
  digest: string

  /** The version of Node in its tag. */
  nodeVersion: string

  /** Package URL. */
  purl: string
}

const FROM = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$/gmi
const PINNED = /^([^:@]+):((\d+\.\d+\.\d+)[^@]*)@sha256:([0-9a-f]{64})$/

/** The external images of a Dockerfile, in order, without its own stages. */
export function foreignImages (dockerfile: string): string[] {
  // `scratch` is not an image.
  const stages = new Set(['scratch'])
  const images: string[] = []

  for (const [, image = '', stage] of dockerfile.matchAll(FROM)) {
    if (!stages.has(image.toLowerCase())) {
      images.push(image)
    }
    stages.add(stage?.toLowerCase() ?? '')
  }

  // COPY and RUN can take files from an image without a FROM.
  const others = [...dockerfile.matchAll(/(?:--from=|[,\s=]from=)([^\s,]+)/gi)].map(([, image = '']) => image)

  return [...images, ...others.filter(image => !stages.has(image.toLowerCase()) && !/^\d+$/.test(image))]
}

/**
 * The base of our image.
 *
 * @throws ProbeError `PP_CONFIG_INVALID` when the Dockerfile has no base with version and digest,
 *   or more than one
 */
export function baseImage (dockerfile: string = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')): BaseImage {
  const [reference = 'none', ...others] = foreignImages(dockerfile)
  const match = PINNED.exec(reference)

  if (match === null || others.length > 0) {
    throw new ProbeError('PP_CONFIG_INVALID', `the Dockerfile uses ${[reference, ...others].join(', ')}: use one base image, written as node:VERSION-VARIANT@sha256:DIGEST`)
  }

  const [, name = '', tag = '', nodeVersion = '', digest = ''] = match

  return { reference, name, tag, digest, nodeVersion, purl: `pkg:oci/${name}@sha256%3A${digest}?tag=${tag}` }
}
