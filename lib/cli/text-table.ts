/**
 * Rows of cells as lines of text: each column as wide as its widest cell, two spaces between them.
 * @param leftColumns how many of the first columns begin on the left; the others end on the right, as numbers do
 */
export function formatTable(rows: readonly (readonly string[])[], leftColumns: number): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < leftColumns ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** So many of a list, evenly spread, the first and the last among them; all of one that is shorter. */
export function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const places = Array.from({ length: most }, (_, index) => Math.round((index * (list.length - 1)) / (most - 1)));
  return places.map((place) => list[place] as T);
}
