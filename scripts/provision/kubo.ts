import { goProgram } from './go-program.ts'

/** A real Kubo (go-libp2p, IPFS): found at the path of `ipfs`. */
export const kubo = goProgram({ name: 'kubo', package: 'github.com/ipfs/kubo/cmd/ipfs', takes: '2 minutes' })
