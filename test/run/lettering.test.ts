import { letter } from '../../lib/run/lettering';

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const unknown = JSON.stringify(letter('é', 12).lines);

test('every printable character of ASCII has a glyph of its own', () => {
  const drawn = printable.map((character) => JSON.stringify(letter(character, 12).lines));
  expect(new Set(drawn).size).toBe(95);
  expect(drawn).not.toContain(unknown);
});

test.each(printable)('%p stays within its width and the height of letters', (character) => {
  const { width, lines } = letter(character, 12);
  for (const [x, y] of lines.flat()) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(width);
    // Capitals are 0.73 of the size high, what goes below the line a third of that.
    expect(y).toBeGreaterThanOrEqual(-12 * 0.73);
    expect(y).toBeLessThanOrEqual((12 * 0.73) / 3);
  }
});

test('letters stand one behind the other, and a text is as wide as its letters and what lies between them', () => {
  const [one, two] = [letter('n', 24), letter('nn', 24)];
  const shift = two.width - one.width;
  expect(shift).toBeGreaterThan(one.width);
  expect(two.lines).toHaveLength(2 * one.lines.length);
  for (const [index, line] of one.lines.entries()) {
    expect(two.lines[index]).toEqual(line);
    for (const [place, [x, y]] of line.entries()) {
      const [moved, same] = two.lines[one.lines.length + index]?.[place] ?? [];
      expect(moved).toBeCloseTo(x + shift, 9);
      expect(same).toBe(y);
    }
  }
  expect(letter('', 24)).toEqual({ width: 0, lines: [] });
});
