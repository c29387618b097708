import { goProgram } from './go-program.ts'

/** The linter of GitHub's workflow files: found at the path of `actionlint`. */
export const actionlint = goProgram({ name: 'actionlint', package: 'github.com/rhysd/actionlint/cmd/actionlint', takes: 'half a minute' })
