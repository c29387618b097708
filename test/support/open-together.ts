/**
 * Opens several servers at the same time and gives them to a stack, which disposes of the last one first; resolves with all of them.
 * Where one cannot be opened, the others belong to the stack all the same.
 *
 * @throws what the first of them that failed was rejected with
 */
export async function openTogether<T extends readonly AsyncDisposable[]> (
  stack: AsyncDisposableStack,
  openings: { [K in keyof T]: Promise<T[K]> }
): Promise<T> {
  for (const opened of await Promise.allSettled<AsyncDisposable>(openings)) {
    if (opened.status === 'fulfilled') {
      stack.use(opened.value)
    }
  }

  return await Promise.all(openings)
}
