import type { Reading } from '../../lib/live/digit-reader';
import { showFailure, showReading } from './answer';
import { Board } from './board';
import { DIGIT_STROKES } from './strokes';

const canvas = document.getElementById('drawing') as HTMLCanvasElement;
let asking = false;
let changed = false;

/** Asks for what is drawn now; one question at a time, and the last drawing always. */
async function ask(): Promise<void> {
  changed = true;
  if (asking) return;
  asking = true;
  // What is drawn within a frame is asked for together.
  await new Promise((resolve) => requestAnimationFrame(resolve));
  while (changed) {
    changed = false;
    const pixels = board.pixels;
    try {
      const headers = { 'content-type': 'application/octet-stream' };
      const response = await fetch('read', { method: 'POST', headers, body: pixels });
      if (!response.ok) throw new Error(await response.text());
      showReading(
        (await response.json()) as Reading,
        pixels.every((ink) => ink === 0),
      );
      showFailure(undefined);
    } catch (error) {
      showFailure(`the server does not answer: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  asking = false;
}

const board: Board = new Board(canvas, () => void ask());

document.getElementById('clear')?.addEventListener('click', () => board.clear());
for (const button of document.querySelectorAll<HTMLElement>('button[data-digit]')) {
  button.addEventListener('click', () => board.write(DIGIT_STROKES[Number(button.dataset.digit)] ?? []));
}
