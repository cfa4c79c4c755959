import { formatAccuracy, formatError } from './format';
import type { RunView } from './run-view';

/** The table of runs, where there are several: which of them are shown. */
export class RunList {
  readonly #section = document.getElementById('runs') as HTMLElement;
  readonly #rows = document.getElementById('run-rows') as HTMLElement;
  readonly #boxes = new Map<string, HTMLInputElement>();
  readonly #cells = new Map<string, readonly HTMLElement[]>();
  readonly #swatches = new Map<string, HTMLElement>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** A run more, the newest, which is shown in place of that before it. */
  add({ id, name }: RunView): void {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.setAttribute('aria-label', `show ${name}`);
    box.addEventListener('change', () => this.#onChange());
    for (const other of this.#boxes.values()) other.checked = false;
    box.checked = true;
    this.#boxes.set(id, box);
    const row = document.createElement('tr');
    row.appendChild(document.createElement('td')).append(box);
    const head = row.appendChild(document.createElement('th'));
    head.scope = 'row';
    const swatch = head.appendChild(document.createElement('span'));
    swatch.className = 'swatch';
    swatch.hidden = true;
    head.append(name);
    this.#swatches.set(id, swatch);
    const cells = Array.from({ length: 4 }, () => row.appendChild(document.createElement('td')));
    this.#cells.set(id, cells);
    this.#rows.prepend(row);
    this.#section.hidden = this.#boxes.size < 2;
  }

  isShown(id: string): boolean {
    return this.#boxes.get(id)?.checked ?? false;
  }

  /** Shows the colours of the curves, by runs; others have none. */
  showColors(colors: ReadonlyMap<string, string>): void {
    for (const [id, swatch] of this.#swatches) {
      const color = colors.get(id);
      swatch.hidden = color === undefined;
      swatch.style.background = color ?? '';
    }
  }

  /** Brings a row up to date. */
  show(run: RunView): void {
    const told = run.test ?? run.latest;
    const texts = [
      run.state,
      `${run.epoch}/${run.epochs}`,
      told ? formatError(told.loss) : '',
      told ? formatAccuracy(told.accuracy) : '',
    ];
    for (const [index, cell] of (this.#cells.get(run.id) ?? []).entries()) cell.textContent = texts[index] ?? '';
  }
}
