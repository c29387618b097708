/** A package of package-lock.json, as far as it is used here. */
export interface InstalledPackage {
  dependencies?: Readonly<Record<string, string>>
  optionalDependencies?: Readonly<Record<string, string>>
  peerDependencies?: Readonly<Record<string, string>>
}

/**
 * Folders of some packages and of everything that they need, as Node finds them from the root of the repository; sorted.
 *
 * @param packages the `packages` of package-lock.json, by folder
 * @throws TypeError when a package is not in the lock file
 */
export function installedPackages (names: Iterable<string>, packages: Readonly<Record<string, InstalledPackage>>): string[] {
  const found = new Set<string>()
  const visit = (name: string, from: string, isRequired: boolean): void => {
    const folder = foldersUp(from).map(parent => `${parent}node_modules/${name}`).find(path => path in packages)

    if (folder === undefined) {
      if (isRequired) {
        throw new TypeError(`${from === '' ? 'a command' : from.slice(0, -1)} needs ${name}, which is not in the lock file`)
      }
      return
    }
    if (!found.has(folder)) {
      found.add(folder)
      const { dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = packages[folder] ?? {}
      Object.keys(dependencies).forEach((each) => {
        visit(each, `${folder}/`, !(each in optionalDependencies))
      })
      Object.keys({ ...optionalDependencies, ...peerDependencies }).forEach((each) => {
        visit(each, `${folder}/`, false)
      })
    }
  }

  for (const name of names) {
    visit(name, '', true)
  }

  return [...found].sort()
}

// `node_modules/a/node_modules/b/` looks into its own folder, into that of a, and into the root's.
function foldersUp (from: string): string[] {
  const folders = [from]

  for (let folder = from; folder !== '';) {
    const at = folder.lastIndexOf('node_modules/')
    folder = at < 0 ? '' : folder.slice(0, at)
    folders.push(folder)
  }

  return folders
}
