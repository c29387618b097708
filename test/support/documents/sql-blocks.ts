/** A query of a document. */
export interface PublishedQuery {
  /** Heading above it. */
  title: string
  sql: string
}

/** The queries of a document: each block of `sql`, with the heading above it. */
export function queriesIn (text: string): PublishedQuery[] {
  return [...text.matchAll(/^#+ (.+)$|^```sql\n([^`]+)```$/gm)].reduce<{ title: string, queries: PublishedQuery[] }>(({ title, queries }, [, heading, sql]) => {
    return sql === undefined ? { title: heading ?? title, queries } : { title, queries: [...queries, { title, sql: sql.trim() }] }
  }, { title: '', queries: [] }).queries
}

/** The columns that a document describes, by table or view: rows below a heading with its name, or a row that begins with its name. */
export function describedColumns (text: string): Map<string, string[]> {
  const described = new Map<string, string[]>()
  const sections = text.split(/^#+ /m).map(section => ({ heading: /^.*$/m.exec(section)?.[0] ?? '', section }))

  for (const { heading, section } of sections) {
    const rows = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', rest = '']) => ({ name, rest }))

    for (const { name, rest } of rows) {
      const [table, columns] = /^[a-z_]+$/.test(heading) ? [heading, [name]] : [name, namesIn(rest)]
      described.set(table, [...described.get(table) ?? [], ...columns])
    }
  }

  return described
}

function namesIn (text: string): string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
}
