// The image's part of the bill of materials that npm writes for the whole lock file. npm's own `--omit=dev` leaves out packages
// that production and development share. So npm writes all packages, and those that are not in the image are removed here.
import { createHash } from 'node:crypto'
import { isFor } from './lock-file.ts'
import type { BaseImage } from './base-image.ts'
import type { LockedPackage, Platform } from './lock-file.ts'

interface SpdxPackage { SPDXID: string, name: string, versionInfo: string, [field: string]: unknown }
interface SpdxRelationship { spdxElementId: string, relatedSpdxElement: string, relationshipType: string }

/** A document in the format of SPDX 2.3, only the fields that are used here. */
export interface SpdxDocument {
  documentNamespace: string
  documentDescribes: string[]
  creationInfo: { created: string }
  packages: SpdxPackage[]
  relationships: SpdxRelationship[]
}

interface CycloneComponent { 'bom-ref': string, 'name': string, 'version': string, [field: string]: unknown }

/** A document in the format of CycloneDX 1.5, only the fields that are used here. */
export interface CycloneDocument {
  serialNumber: string
  metadata: { timestamp: string, component: CycloneComponent }
  components: CycloneComponent[]
  dependencies: { ref: string, dependsOn: string[] }[]
}

/** The packages of the lock file that are in an image, and its base. */
export interface ImageContent {
  packages: readonly LockedPackage[]
  base: BaseImage

  /** The time in both documents: the last change of their subject, in ISO 8601 without fractions. */
  created: string
}

const NODE_LICENCE = 'MIT'

/** The packages that an image of a platform holds: the production packages, without the binaries of other platforms. */
export function imagePackages (packages: readonly LockedPackage[], platform: Platform): LockedPackage[] {
  return packages.filter(each => each.dev !== true && isFor(each, platform))
}

/** The image's part of an SPDX document, with its base. The same lock file and base give the same text. */
export function spdxOfImage (document: SpdxDocument, { packages, base, created }: ImageContent): SpdxDocument {
  const described = document.documentDescribes[0] ?? ''
  const kept = new Set(idsOf(packages))
  const ours = document.packages.filter(each => each.SPDXID === described || kept.has(`${each.name}@${each.versionInfo}`))
  const ids = new Set([...ours.map(({ SPDXID }) => SPDXID), 'SPDXRef-DOCUMENT'])
  const link = (from: string, relationshipType: string, to: string): SpdxRelationship => ({ spdxElementId: from, relatedSpdxElement: to, relationshipType })

  return {
    ...document,
    documentNamespace: `urn:uuid:${uuidOf(packages, base)}`,
    creationInfo: { ...document.creationInfo, created },
    packages: [...ours, spdxBase(base), spdxNode(base)],
    relationships: [
      ...document.relationships.filter(({ spdxElementId, relatedSpdxElement }) => ids.has(spdxElementId) && ids.has(relatedSpdxElement)),
      link(described, 'DEPENDS_ON', 'SPDXRef-Runtime-node'),
      link('SPDXRef-Base-image', 'CONTAINS', 'SPDXRef-Runtime-node'),
      link('SPDXRef-Base-image', 'BUILD_DEPENDENCY_OF', described)
    ]
  }
}

/** The image's part of a CycloneDX document, with its base. The same lock file and base give the same text. */
export function cycloneOfImage (document: CycloneDocument, { packages, base, created }: ImageContent): CycloneDocument {
  const { component } = document.metadata
  const kept = new Set(idsOf(packages))
  const components = document.components.filter(({ name, version }) => kept.has(`${name}@${version}`))
  const refs = new Set([component['bom-ref'], ...components.map(each => each['bom-ref'])])

  return {
    ...document,
    serialNumber: `urn:uuid:${uuidOf(packages, base)}`,
    // npm names the component after its working folder.
    metadata: { ...document.metadata, timestamp: created, component: { ...component, name: 'peerprobe' } },
    components: [...components, cycloneBase(base), cycloneNode(base)],
    dependencies: [
      ...document.dependencies.filter(({ ref }) => refs.has(ref)).map(({ ref, dependsOn }) => ({
        ref,
        dependsOn: [...dependsOn.filter(each => refs.has(each)), ...ref === component['bom-ref'] ? ['node-runtime'] : []]
      })),
      { ref: 'base-image', dependsOn: ['node-runtime'] },
      { ref: 'node-runtime', dependsOn: [] }
    ]
  }
}

function idsOf (packages: readonly LockedPackage[]): string[] {
  return packages.map(({ name, version }) => `${name}@${version}`)
}

// A UUID (version 8, custom) from everything that the document lists.
function uuidOf (packages: readonly LockedPackage[], base: BaseImage): string {
  const hex = createHash('sha256').update([base.reference, ...packages.map(({ name, version, integrity }) => `${name}@${version} ${integrity ?? ''}`)].join('\n')).digest('hex')

  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function spdxBase ({ name, tag, digest, purl }: BaseImage): SpdxPackage {
  return {
    name,
    SPDXID: 'SPDXRef-Base-image',
    versionInfo: tag,
    primaryPackagePurpose: 'CONTAINER',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    checksums: [{ algorithm: 'SHA256', checksumValue: digest }]
  }
}

function spdxNode ({ nodeVersion }: BaseImage): SpdxPackage {
  return {
    name: 'node',
    SPDXID: 'SPDXRef-Runtime-node',
    versionInfo: nodeVersion,
    primaryPackagePurpose: 'APPLICATION',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseDeclared: NODE_LICENCE,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: `pkg:generic/node@${nodeVersion}` }]
  }
}

function cycloneBase ({ name, tag, digest, purl }: BaseImage): CycloneComponent {
  return { 'bom-ref': 'base-image', 'type': 'container', name, 'version': tag, purl, 'hashes': [{ alg: 'SHA-256', content: digest }] }
}

function cycloneNode ({ nodeVersion }: BaseImage): CycloneComponent {
  return { 'bom-ref': 'node-runtime', 'type': 'platform', 'name': 'node', 'version': nodeVersion, 'purl': `pkg:generic/node@${nodeVersion}`, 'licenses': [{ license: { id: NODE_LICENCE } }] }
}
