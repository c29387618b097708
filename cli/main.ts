#!/usr/bin/env node
/** `peerprobe`: one command line for a laptop and for the image. `npm run peerprobe -- …`, or in a pod `node cli/main.ts …`. */
import { peerprobeProgram } from './program.ts'

await peerprobeProgram().parseAsync()
