type Place = readonly [x: number, y: number];

/**
 * Letters as a pen draws them. A glyph is its width and its lines; a place is two digits to the base of 36, x from the left and y
 * down from the top of capitals. The letters stand on y = 12, small ones begin at 4 and go down to 16. What follows `~` is
 * made round.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  ' ': '3',
  '!': '1 0008 0c0c',
  '"': '2 0003 2023',
  '#': '8 301c 705c 0484 0888',
  $: '7 ~72502002042656787a5c2c0a 404c',
  '%': '8 800c ~103041433414030110 ~5878898b7c5c4b4958',
  '&': '8 ~8c242130506163080a2c5c88',
  "'": '1 0003',
  '(': '2 ~20040a2e',
  ')': '2 ~00242a0e',
  '*': '6 3238 0367 6307',
  '+': '6 343a 0767',
  ',': '1 1b0e',
  '-': '4 0747',
  '.': '1 0c0c',
  '/': '6 600c',
  '0': '7 ~2050727a5c2c0a0220',
  '1': '7 13404c',
  '2': '7 ~0302205072740c 0c7c',
  '3': '7 ~02205072745636 ~3656787a5c2c0a',
  '4': '7 5c500878',
  '5': '7 601006 ~062454767a5c2c0a',
  '6': '7 ~615020030a2c5c7a77552507',
  '7': '7 00702c',
  '8': '7 ~205072745626040220 ~2656787a5c2c0a0826',
  '9': '7 ~1b2c5c797250200205275775',
  ':': '1 0505 0c0c',
  ';': '1 1515 1b0e',
  '<': '6 64076a',
  '=': '6 0565 0969',
  '>': '6 04670a',
  '?': '6 ~02204062643638 3c3c',
  '@': '9 ~65432628498675 ~75789886724103090c2e6e',
  A: '8 0c408c 1979',
  B: '7 000c ~005072745606 ~0656787a5c0c',
  C: '8 ~82602003092c6c8a',
  D: '8 000c ~005083895c0c',
  E: '7 70000c7c 0656',
  F: '7 70000c 0656',
  G: '8 ~82602003092c6c8a 8a8757',
  H: '8 000c 808c 0686',
  I: '0 000c',
  J: '6 ~60686a4c2c0a',
  K: '7 000c 7008 357c',
  L: '6 000c6c',
  M: '8 0c0048808c',
  N: '8 0c008c80',
  O: '8 ~305083895c3c090330',
  P: '7 000c ~005072755707',
  Q: '8 ~305083895c3c090330 598c',
  R: '7 000c ~005072755707 377c',
  S: '7 ~72502002042656787a5c2c0a',
  T: '8 0080 404c',
  U: '8 ~00092c6c8980',
  V: '8 004c80',
  W: 'a 002c538ca0',
  X: '8 008c 800c',
  Y: '8 004680 464c',
  Z: '8 00800c8c',
  '[': '2 20000e2e',
  '\\': '6 006c',
  ']': '2 00202e0e',
  '^': '6 033063',
  _: '6 0e6e',
  '`': '1 0012',
  a: '6 ~2444666a4c2c0a0624 646c',
  b: '6 000c ~2444666a4c2c0a0624',
  c: '6 ~654424060a2c4c6b',
  d: '6 ~2444666a4c2c0a0624 606c',
  e: '6 0868 ~68664424060a2c4c6b',
  f: '4 ~4030222c 0444',
  g: '6 ~2444666a4c2c0a0624 ~646e4g2g0f',
  h: '6 000c ~072444666c',
  i: '0 040c 0101',
  j: '2 ~242e1g0g 2121',
  k: '6 000c 5409 276c',
  l: '1 ~000a1c',
  m: 'a 040c ~062434565c ~567484a6ac',
  n: '6 040c ~062444666c',
  o: '6 ~2444666a4c2c0a0624',
  p: '6 040g ~2444666a4c2c0a0624',
  q: '6 ~2444666a4c2c0a0624 646g',
  r: '3 040c ~072434',
  s: '6 ~65442405072848696b4c2c0b',
  t: '4 ~212a3c4c 0444',
  u: '6 ~040a2c4c69 646c',
  v: '6 043c64',
  w: '8 042c456c84',
  x: '6 046c 640c',
  y: '6 043b 641g',
  z: '6 04640c6c',
  '{': '3 ~30111607181d3e',
  '|': '0 000e',
  '}': '3 ~00212637282d0e',
  '~': '6 ~08264866',
};

/** What stands for a character that has no glyph. */
const UNKNOWN = '7 00707c0c00';
const BETWEEN = 3;
/** The height of capitals in parts of the font's size, as most fonts have it. */
const CAPITALS = 0.73;
const UNITS = 12;

interface Glyph {
  readonly width: number;
  readonly lines: readonly (readonly Place[])[];
}

/** Text as lines to draw: where they go when it stands at the place (0, 0), and how wide it is. */
export function letter(text: string, fontSize: number): { width: number; lines: readonly (readonly Place[])[] } {
  const scale = (CAPITALS * fontSize) / UNITS;
  let pen = 0;
  const lines: Place[][] = [];
  for (const character of text) {
    const glyph = glyphOf(GLYPHS[character] ?? UNKNOWN);
    const from = pen;
    for (const line of glyph.lines) lines.push(line.map(([x, y]) => [(from + x) * scale, (y - UNITS) * scale]));
    pen += glyph.width + BETWEEN;
  }
  return { width: Math.max(0, pen - BETWEEN) * scale, lines };
}

function glyphOf(description: string): Glyph {
  const [width = '', ...lines] = description.split(' ');
  return { width: Number.parseInt(width, 36), lines: lines.map(lineOf) };
}

function lineOf(description: string): Place[] {
  const round = description.startsWith('~');
  const digits = Array.from(round ? description.slice(1) : description, (digit) => Number.parseInt(digit, 36));
  const places = Array.from(
    { length: digits.length / 2 },
    (_, index): Place => [digits[2 * index] as number, digits[2 * index + 1] as number],
  );
  return round ? cutCorners(cutCorners(places)) : places;
}

/**
 * Puts two places at a quarter and three quarters of each piece of a line in place of its corners; its ends stay, unless they
 * are one place.
 * Source: Chaikin, "An algorithm for high-speed curve generation", 1974.
 */
function cutCorners(places: readonly Place[]): Place[] {
  const [first, last] = [places[0] as Place, places.at(-1) as Place];
  const closed = first[0] === last[0] && first[1] === last[1];
  const cut = places.slice(1).flatMap((to, index): Place[] => {
    const from = places[index] as Place;
    return [between(from, to, 0.25), between(from, to, 0.75)];
  });
  return closed ? [...cut, cut[0] as Place] : [first, ...cut, last];
}

function between([x1, y1]: Place, [x2, y2]: Place, share: number): Place {
  return [x1 + share * (x2 - x1), y1 + share * (y2 - y1)];
}
