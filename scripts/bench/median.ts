/** The median of each figure over several runs. For an even number of runs the lower middle value, which is a measured one. */
export function medianOf<Figures extends { [figure in keyof Figures]: number }> (runs: readonly Figures[]): Figures {
  const median = (figure: keyof Figures): number => runs.map(run => run[figure]).sort((a, b) => a - b)[(runs.length - 1) >> 1] ?? Number.NaN

  return Object.fromEntries(Object.keys(runs[0] ?? {}).map(figure => [figure, median(figure as keyof Figures)])) as Figures
}
