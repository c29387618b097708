import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { installedFaults } from '../../scripts/supply/installed-faults.ts'
import { DATA_LICENCES, LICENCES, refusedLicences } from '../../scripts/supply/licences.ts'
import { completeLock } from '../../scripts/supply/lock-checksums.ts'
import { IMAGE_PLATFORMS, isFor, lockedPackages, unverified } from '../../scripts/supply/lock-file.ts'
import { root } from './import-graph.ts'
import type { LockedPackage } from '../../scripts/supply/lock-file.ts'

// Binaries that the registry did not serve when the lock file was written, so that their checksums are unknown. An image that would
// install one is refused (check-installed.ts). "npm run lock:complete" adds them once the registry has them; then remove them from
// this list.
const WITHOUT_CHECKSUM = ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-arm64-musl', 'linux-x64-musl', 'win32-x64-msvc']
  .map(platform => `@chainsafe/libp2p-quic-${platform}@2.1.1`)

const locked = lockedPackages()
const production = locked.filter(({ dev }) => dev !== true)
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { allowScripts: Record<string, boolean>, dependencies: Record<string, string>, devDependencies: Record<string, string> }
const idOf = ({ name, version }: LockedPackage): string => `${name}@${version}`
const one = (fields: Partial<LockedPackage>): LockedPackage => ({ path: 'node_modules/x', name: 'x', version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==`, ...fields })

suite('the lock file', () => {
  test('has a SHA-512 for each package, and takes all packages from the registry', () => {
    assert.ok(locked.length > 300)
    assert.deepEqual(unverified(locked).map(idOf).sort(), WITHOUT_CHECKSUM)
    assert.deepEqual(locked.filter(({ resolved }) => resolved !== undefined).map(idOf), [])
  })

  test('treats a weak or missing checksum, a URL, a git repository and a folder as unverified', () => {
    const bad = [
      one({ integrity: 'sha1-LzLmWtZvS5hLWhLOXXjpUJ1c1bE=' }),
      { ...one({}), integrity: undefined },
      one({ resolved: 'https://example.org/x.tgz' }),
      one({ resolved: 'git+ssh://git@example.org/x.git#abc' }),
      one({ resolved: '../x' })
    ] as LockedPackage[]

    assert.deepEqual(unverified([one({}), ...bad]), bad)
  })

  test('has exact versions of the dependencies in package.json, all from the registry', () => {
    for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(range, /^[\^~]?\d+\.\d+\.\d+(?:-r\.\d+)?$/, `${name} ${range}`)
      assert.ok(locked.some(({ path }) => path === `node_modules/${name}`), name)
    }
  })

  test('has the binaries of each platform of the image for packages with binaries', () => {
    const withBinaries = production.filter(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}).some(name => find(name)?.os !== undefined))

    assert.deepEqual(withBinaries.map(({ name }) => name).sort(), ['@chainsafe/libp2p-quic', 'lz4-napi'])
    for (const { name, optionalDependencies = {} } of withBinaries) {
      for (const platform of [...IMAGE_PLATFORMS, ...IMAGE_PLATFORMS.map(each => ({ ...each, libc: 'musl' }))]) {
        const binaries = Object.entries(optionalDependencies).filter(([each, version]) => find(each)?.version === version && isFor(find(each)!, platform))

        assert.equal(binaries.length, 1, `${name} on ${JSON.stringify(platform)}`)
      }
    }
  })

  test('contains no package with included binaries that lacks a platform of the image', () => {
    const prebuilt = production.filter(({ path, os }) => os === undefined && globSync(`${path}/prebuilds/*/*.node`, { cwd: root }).length > 0)

    assert.deepEqual(prebuilt.map(({ name }) => name), ['sodium-native'])
    for (const { path } of prebuilt) {
      for (const { os, cpu } of IMAGE_PLATFORMS) {
        assert.equal(globSync(`${path}/prebuilds/${os}-${cpu}/*.node`, { cwd: root }).length, 1, `${path} ${os}-${cpu}`)
      }
    }
  })

  test('has no install script that package.json does not allow, and the image runs none', () => {
    const withScript = locked.filter(({ hasInstallScript }) => hasInstallScript === true)

    assert.deepEqual(withScript.map(({ name }) => name), Object.keys(manifest.allowScripts).filter(name => manifest.allowScripts[name]))
    assert.deepEqual(withScript.filter(({ dev }) => dev !== true), [])
    assert.match(readFileSync(join(root, '.npmrc'), 'utf8'), /^strict-allow-scripts=true$/m)
    assert.match(readFileSync(join(root, 'Dockerfile'), 'utf8'), /npm ci .*--ignore-scripts/)
  })

  test('has no deprecated package', () => {
    assert.deepEqual(locked.filter(({ deprecated }) => deprecated !== undefined).map(idOf), [])
  })
})

suite('licences', () => {
  test('of all packages are permissive, in the lock file and in the installed packages', () => {
    const installed = locked.flatMap((each) => {
      const text = globSync(`${each.path}/package.json`, { cwd: root }).map(path => readFileSync(join(root, path), 'utf8'))[0]

      return text === undefined ? [] : [{ ...each, ...JSON.parse(text) as { license: string }, dev: each.dev === true }]
    })

    assert.ok(installed.length > 300)
    assert.deepEqual(refusedLicences(locked).map(idOf), [])
    assert.deepEqual(refusedLicences(installed).map(({ path, license }) => `${path} ${JSON.stringify(license)}`), [])
  })

  test('are evaluated as SPDX expressions: each part of an AND, any part of an OR, and no unparsable one', () => {
    const taken = ['MIT', 'Apache-2.0 OR MIT', '(GPL-3.0-only OR MIT)', 'MIT AND ISC', 'Apache-2.0 AND (MIT OR GPL-2.0-only)']
    const refused = [undefined, '', 'GPL-3.0-only', 'AGPL-3.0-or-later', 'MIT AND GPL-2.0-only', 'BUSL-1.1', 'SSPL-1.0', 'UNLICENSED', 'SEE LICENSE IN LICENSE.md', 'mit-ish', 'CC0-1.0']

    assert.deepEqual(refusedLicences(taken.map(license => one({ license }))), [])
    assert.deepEqual(refusedLicences(refused.map(license => ({ ...one({}), license }) as LockedPackage)).map(({ license }) => license), refused)
    assert.deepEqual(refusedLicences([...LICENCES, ...DATA_LICENCES].map(license => one({ license, dev: true }))), [])
  })
})

suite('a build of the image', () => {
  const node = one({ path: 'node_modules/node', name: 'node', version: '24.21.0', dev: true })

  test('stops if Node differs from the tests\', or an installed package had no checksum', () => {
    const [unknown, elsewhere] = ['a', 'b'].map(name => ({ ...one({ path: `node_modules/${name}`, name }), integrity: undefined })) as unknown as [LockedPackage, LockedPackage]
    const faults = installedFaults([node, unknown, elsewhere], '24.20.0', path => path === unknown.path)

    assert.equal(faults.length, 2)
    assert.match(faults[0]!, /the base image has Node 24\.20\.0, the tests run on 24\.21\.0/)
    assert.match(faults[1]!, /^a@1\.0\.0 was installed without a checksum .* "npm run lock:complete"/)
  })

  test('continues if both are right', () => {
    assert.deepEqual(installedFaults([node, one({})], '24.21.0', () => true), [])
  })
})

suite('checksums that are missing', () => {
  const text = JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0', os: ['linux'] }, 'node_modules/b': { version: '2.0.0', integrity: 'sha512-mine' }, 'node_modules/c': { version: '3.0.0' }, 'node_modules/d': { version: '4.0.0' } } })
  const integrity = `sha512-${'B'.repeat(86)}==`

  test('are added from the registry; existing ones stay, and invalid ones are not accepted', () => {
    const asked: string[] = []
    const { text: completed, added, missing } = completeLock(text, (name, version) => {
      asked.push(`${name}@${version}`)

      return { a: integrity, c: 'sha1-weak' }[name]
    })

    assert.deepEqual(asked, ['a@1.0.0', 'c@3.0.0', 'd@4.0.0'])
    assert.deepEqual(added.map(({ name }) => name), ['a'])
    assert.deepEqual(missing.map(({ name }) => name), ['c', 'd'])
    assert.deepEqual(lockedPackages(completed).map(each => each.integrity), [integrity, 'sha512-mine', undefined, undefined])
    assert.ok(completed.includes('"version": "1.0.0",\n      "integrity"'))
  })

  test('leave the file as npm wrote it if none is missing', () => {
    const file = readFileSync(join(root, 'package-lock.json'), 'utf8')

    assert.equal(completeLock(file, () => undefined).text, file)
  })
})

function find (name: string): LockedPackage | undefined {
  return locked.find(({ path }) => path === `node_modules/${name}`)
}
