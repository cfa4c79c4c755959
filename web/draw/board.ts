import type { Place, Stroke } from './strokes';

/** Of a side of the board: the width of the pen, and the way that it moves with a key. */
const PEN = 0.075;
const KEY_STEP = 0.04;

const KEYS: Readonly<Record<string, Place>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Where one draws, with a pointer or by keys. White ink on black, as MNIST has it. */
export class Board {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #ink: HTMLCanvasElement;
  readonly #onChange: () => void;
  /** Where the pen is while it draws. */
  #pen: Place | undefined;
  /** Where the pen of the keyboard is, once it has been used. */
  #keyPen: Place | undefined;
  #keyPenDown = false;

  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    this.#canvas = canvas;
    // What is drawn is kept apart from the mark that shows where the keyboard's pen is.
    this.#ink = document.createElement('canvas');
    this.#ink.width = canvas.width;
    this.#ink.height = canvas.height;
    this.#context = this.#ink.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    this.#context.lineWidth = PEN * canvas.width;
    this.#context.lineCap = 'round';
    this.#context.lineJoin = 'round';
    this.#context.strokeStyle = '#fff';
    this.#onChange = onChange;
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#keyPen = undefined;
      this.#pen = this.#placeOf(event);
      this.#line(this.#pen, this.#pen);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.#pen) return;
      for (const part of event.getCoalescedEvents?.() ?? [event]) this.#drawTo(this.#placeOf(part));
    });
    for (const type of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(type, () => {
        this.#pen = undefined;
      });
    }
    canvas.addEventListener('keydown', (event) => this.#onKey(event));
    this.clear();
  }

  clear(): void {
    const { width, height } = this.#ink;
    this.#context.fillStyle = '#000';
    this.#context.fillRect(0, 0, width, height);
    this.#changed();
  }

  /** Draws strokes in place of what is there. */
  write(strokes: readonly Stroke[]): void {
    this.clear();
    for (const stroke of strokes) {
      for (const [index, place] of stroke.entries()) this.#line(stroke[Math.max(0, index - 1)] ?? place, place);
    }
  }

  /** A byte a pixel, row by row; 0 is empty. */
  get pixels(): Uint8Array<ArrayBuffer> {
    const { width, height } = this.#ink;
    const { data } = this.#context.getImageData(0, 0, width, height);
    return Uint8Array.from({ length: width * height }, (_, place) => data[4 * place] ?? 0);
  }

  #placeOf({ clientX, clientY }: PointerEvent): Place {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  #drawTo(place: Place): void {
    this.#line(this.#pen ?? place, place);
    this.#pen = place;
  }

  #line([fromX, fromY]: Place, [x, y]: Place): void {
    const { width, height } = this.#ink;
    this.#context.beginPath();
    this.#context.moveTo(fromX * width, fromY * height);
    this.#context.lineTo(x * width, y * height);
    this.#context.stroke();
    this.#changed();
  }

  #onKey(event: KeyboardEvent): void {
    const way = KEYS[event.key];
    if (!way && event.key !== ' ') return;
    event.preventDefault();
    const from = this.#keyPen ?? [0.5, 0.5];
    const to: Place = way ? [clamp(from[0] + way[0]), clamp(from[1] + way[1])] : from;
    if (!way) this.#keyPenDown = !this.#keyPenDown;
    this.#keyPen = to;
    if (this.#keyPenDown) this.#line(from, to);
    else this.#changed();
  }

  #changed(): void {
    const screen = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    screen.drawImage(this.#ink, 0, 0);
    if (this.#keyPen) {
      const { width, height } = this.#canvas;
      screen.beginPath();
      screen.arc(this.#keyPen[0] * width, this.#keyPen[1] * height, (PEN * width) / 2, 0, 2 * Math.PI);
      screen.lineWidth = 1.5;
      screen.strokeStyle = this.#keyPenDown ? '#ff8f5c' : '#7fb2f5';
      screen.stroke();
    }
    this.#onChange();
  }
}
