import type { Command } from 'commander'

/** A command that does something, as typed: `peerprobe offsets reset`. */
export interface Leaf { name: string, command: Command }

/** All commands of a program that are no groups, in the order of its help. */
export function leavesOf (program: Command, prefix = program.name()): Leaf[] {
  return program.commands.flatMap((command) => {
    const name = `${prefix} ${command.name()}`

    return command.commands.length === 0 ? [{ name, command }] : leavesOf(command, name)
  })
}
