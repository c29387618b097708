import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { IMAGE_PLATFORMS, isFor, lockedPackages } from '../../scripts/supply/lock-file.ts'
import { sbomFiles } from '../../scripts/supply/sbom-files.ts'
import { imagePackages } from '../../scripts/supply/sbom-selection.ts'
import { root } from './import-graph.ts'
import type { CycloneDocument, SpdxDocument } from '../../scripts/supply/sbom-selection.ts'

type Ranges = Readonly<Record<string, string>>

interface Manifest { name: string, version: string, dependencies?: Ranges, optionalDependencies?: Ranges, peerDependencies?: Ranges }

const CREATED = '2026-01-02T03:04:05Z'
const OURS = ['peerprobe', 'node', 'node']
const locked = lockedPackages()

suite('the bill of materials of the image', () => {
  let files = new Map<string, string>()

  before(() => {
    files = sbomFiles(CREATED)
  })

  const spdx = (cpu: string): SpdxDocument => JSON.parse(files.get(`peerprobe-linux-${cpu}.spdx.json`)!) as SpdxDocument
  const cyclone = (cpu: string): CycloneDocument => JSON.parse(files.get(`peerprobe-linux-${cpu}.cdx.json`)!) as CycloneDocument

  test('contains exactly the packages that production needs, found by walking the installed packages', () => {
    for (const { cpu } of IMAGE_PLATFORMS) {
      const expected = [...walk(name => isFor(locked.find(({ path }) => path === `node_modules/${name}`) ?? {}, { os: 'linux', cpu, libc: 'glibc' }))].sort()
      const names = spdx(cpu).packages.filter(({ name }) => !OURS.includes(name)).map(({ name, versionInfo }) => `${name}@${versionInfo}`)
      const components = cyclone(cpu).components.filter(({ name }) => !OURS.includes(name)).map(({ name, version }) => `${name}@${version}`)

      assert.ok(expected.length > 150)
      assert.deepEqual([...new Set(names)].sort(), expected)
      assert.deepEqual([...new Set(components)].sort(), expected)
    }
  })

  test('lists the binaries of its platform and of no other', () => {
    const binaries = (cpu: string): string[] => spdx(cpu).packages.map(({ name }) => name).filter(name => /(quic|lz4-napi)-/.test(name)).sort()

    assert.deepEqual(binaries('arm64'), ['@antoniomuso/lz4-napi-linux-arm64-gnu', '@chainsafe/libp2p-quic-linux-arm64-gnu'])
    assert.deepEqual(binaries('x64'), ['@antoniomuso/lz4-napi-linux-x64-gnu', '@chainsafe/libp2p-quic-linux-x64-gnu'])
  })

  test('has the checksum of each package with one in the lock file', () => {
    for (const { name, version, integrity } of imagePackages(locked, IMAGE_PLATFORMS[0]!)) {
      const sum = Buffer.from(integrity!.slice('sha512-'.length), 'base64').toString('hex')
      const found = spdx('x64').packages.find(each => each.name === name && each.versionInfo === version)

      assert.deepEqual(found?.['checksums'], [{ algorithm: 'SHA512', checksumValue: sum }], name)
    }
  })

  test('lists the base image by digest, and its Node', () => {
    const [, tag, version, digest] = /^FROM node:((\d+\.\d+\.\d+)-\S+)@sha256:(\S+)/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))!
    const base = spdx('x64').packages.find(({ SPDXID }) => SPDXID === 'SPDXRef-Base-image')

    assert.equal(base?.versionInfo, tag)
    assert.deepEqual(base?.['checksums'], [{ algorithm: 'SHA256', checksumValue: digest }])
    assert.equal(spdx('x64').packages.find(({ SPDXID }) => SPDXID === 'SPDXRef-Runtime-node')?.versionInfo, version)
    assert.deepEqual(cyclone('x64').components.slice(-2).map(({ name, version: given }) => `${name} ${given}`), [`node ${tag!}`, `node ${version!}`])
  })

  test('refers only to its own entries, each with a unique identifier', () => {
    for (const { cpu } of IMAGE_PLATFORMS) {
      const { packages, relationships } = spdx(cpu)
      const ids = new Set(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)])
      const { metadata, components, dependencies } = cyclone(cpu)
      const refs = new Set([metadata.component['bom-ref'], ...components.map(each => each['bom-ref'])])

      assert.equal(ids.size, packages.length + 1)
      assert.equal(refs.size, components.length + 1)
      assert.deepEqual(relationships.flatMap(each => [each.spdxElementId, each.relatedSpdxElement]).filter(id => !ids.has(id)), [])
      assert.deepEqual(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter(ref => !refs.has(ref)), [])
    }
  })

  test('is the same each time, and has the given time', () => {
    assert.deepEqual(sbomFiles(CREATED), files)
    assert.equal(spdx('x64').creationInfo.created, CREATED)
    assert.equal(cyclone('x64').metadata.timestamp, CREATED)
    assert.notEqual(cyclone('x64').serialNumber, cyclone('arm64').serialNumber)
    assert.match(cyclone('x64').serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

// What Node would resolve, starting at package.json: each package's dependencies in its folder or in a folder above it. For an
// optional package that is not installed here (a binary of another platform) the lock file has the version.
function walk (isForPlatform: (name: string) => boolean): Set<string> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const waiting: { folder: string, name: string }[] = []
  const read = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
  const add = (folder: string, { dependencies = {}, optionalDependencies = {}, peerDependencies = {} }: Manifest): void => {
    waiting.push(...Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).map(name => ({ folder, name })))
  }
  add('', read(''))

  for (const { folder, name } of waiting) {
    const parents = folder.split('/node_modules/').map((_, i, parts) => parts.slice(0, parts.length - i).join('/node_modules/'))
    const path = [...parents, ''].map(parent => join(parent, 'node_modules', name)).find(each => existsSync(join(root, each, 'package.json')))
    const other = locked.find(each => each.path === `node_modules/${name}`)

    if (other !== undefined && isForPlatform(name) && (path === undefined || !seen.has(path))) {
      seen.add(path ?? name)
      const manifest = path === undefined ? other : read(path)
      found.add(`${manifest.name}@${manifest.version}`)
      add(path ?? '', path === undefined ? { ...other } : manifest)
    }
  }

  return found
}
