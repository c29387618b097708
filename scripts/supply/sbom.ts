/** `npm run sbom [FOLDER]`: writes the bill of materials of the image for each platform, in SPDX 2.3 and CycloneDX 1.5. @default dist/sbom */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sbomFiles } from './sbom-files.ts'

const folder = process.argv[2] ?? 'dist/sbom'
mkdirSync(folder, { recursive: true })

for (const [name, text] of sbomFiles()) {
  writeFileSync(join(folder, name), text)
  process.stdout.write(`${join(folder, name)}\n`)
}
