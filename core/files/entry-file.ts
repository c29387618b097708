import { fileURLToPath } from 'node:url'

/**
 * The path of a source file that runs as a separate process.
 *
 * @param path relative to `from`, ending in `.ts`; the published npm package has the same file as `.js`
 * @param from `import.meta.url` of the caller
 */
export function entryFile (path: string, from: string): string {
  return fileURLToPath(new URL(from.endsWith('.js') ? path.replace(/\.ts$/, '.js') : path, from))
}
