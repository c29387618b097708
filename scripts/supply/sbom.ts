/** `npm run sbom [FOLDER]`: writes what the image holds, for each platform as SPDX 2.3 and as CycloneDX 1.5. @default dist/sbom */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sbomFiles } from './sbom-files.ts'

const folder = process.argv[2] ?? 'dist/sbom'
mkdirSync(folder, { recursive: true })

for (const [name, text] of sbomFiles()) {
  writeFileSync(join(folder, name), text)
  process.stdout.write(`${join(folder, name)}\n`)
}
