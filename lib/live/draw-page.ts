import { type Markup, markup } from '../run/markup';
import type { DigitReader } from './digit-reader';
import { type Answer, type LocalServer, openLocalServer, sayPlainly } from './local-server';
import { pageFiles } from './page';

/** The side of the drawings that the page sends, in pixels of a byte each. */
const SIDE = 140;
const DIGITS = 10;

/** Opens a page on which one draws digits for a network, on a port of 127.0.0.1, 0 for a free one. */
export async function openDrawPage(port: number, name: string, reader: DigitReader): Promise<LocalServer> {
  const files = await pageFiles({ title: `laminet: draw for ${name}`, name: 'draw', body: drawPage(name) });
  const run = (body: Buffer): Answer => {
    if (body.length !== SIDE * SIDE) {
      return sayPlainly(400, `expected ${SIDE}x${SIDE} bytes, one a pixel, found ${body.length}`);
    }
    const reading = reader.read({ width: SIDE, height: SIDE, pixels: body });
    return { status: 200, type: 'application/json', body: JSON.stringify(reading) };
  };
  return openLocalServer(port, {
    files,
    actions: { read: { type: 'application/octet-stream', limit: SIDE * SIDE, run } },
  });
}

function drawPage(name: string): Markup {
  const examples = Array.from(
    { length: DIGITS },
    (_, digit) => markup`<button type="button" data-digit="${digit}" aria-label="draw a ${digit}">${digit}</button>`,
  );
  return markup`<header><h1>Draw a digit</h1><p>${name} says which it is, as you draw.</p></header>
<main>
<div class="board">
<section aria-labelledby="drawing-title"><h2 id="drawing-title">Your drawing</h2>
<canvas id="drawing" width="${SIDE}" height="${SIDE}" tabindex="0" role="application" aria-label="drawing area" aria-describedby="drawing-help"></canvas>
<p id="drawing-help" class="quiet">Mouse, pen or finger; or the arrow keys, which move a pen that the space bar lowers and lifts.</p>
<div class="controls"><button type="button" id="clear">Clear</button></div>
<div class="controls" role="group" aria-label="Example digits">${examples}</div>
</section>
<section aria-labelledby="answer-title"><h2 id="answer-title">The answer</h2>
<p id="answer" role="status">nothing is drawn yet</p>
<p id="failure" role="alert" class="failure" hidden="hidden"></p>
<table class="outputs"><thead><tr><th scope="col">digit</th><th scope="col" id="output-kind">probability</th></tr></thead><tbody id="outputs"></tbody></table>
<figure><img id="seen" class="seen" alt="what the network sees"/><figcaption>what the network sees: scaled to 20x20 pixels, its centre of mass in the middle</figcaption></figure>
</section>
</div>
<section aria-labelledby="layers-title"><h2 id="layers-title">Layer by layer</h2>
<p class="quiet">What each layer puts out. Blue is negative, white 0, red positive; the largest number of each layer has the full colour.</p>
<div id="layers" class="layers"></div></section>
</main>`;
}
