/** Two peer ids with one CRC-32 (2963991281), as who makes many ids finds them. */
export const ALIKE = ['QmGe7QngTE', 'QmVENiUkCC'] as const
