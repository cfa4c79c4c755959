import type { ControlAction, ControlState } from '../../lib/live/messages';

const BUTTONS: Readonly<
  Record<string, { readonly states: readonly ControlState[]; readonly ask: () => ControlAction }>
> = {
  pause: { states: ['training'], ask: () => ({ action: 'pause' }) },
  resume: { states: ['paused'], ask: () => ({ action: 'resume' }) },
  stop: { states: ['training', 'paused'], ask: () => ({ action: 'stop' }) },
  again: { states: ['idle'], ask: () => ({ action: 'train', epochs: epochsAsked(), goOn: false }) },
  more: { states: ['idle'], ask: () => ({ action: 'train', epochs: epochsAsked(), goOn: true }) },
};

const epochsField = (): HTMLInputElement => document.getElementById('epochs') as HTMLInputElement;
const epochsAsked = (): number => epochsField().valueAsNumber;

/** The buttons that steer the training; where the page has none, nothing. */
export class Controls {
  readonly #answer = document.getElementById('control-answer');
  /** What was put into the field of epochs last; what is typed there stays. */
  #epochs = 0;

  constructor() {
    for (const [id, { ask }] of Object.entries(BUTTONS)) {
      const button = document.getElementById(id);
      button?.addEventListener('click', () => {
        // A button that is disabled would lose the focus of the keyboard.
        if (button.getAttribute('aria-disabled') !== 'true') void this.#send(ask());
      });
    }
  }

  show(state: ControlState, epochs: number): void {
    this.#enable((states) => states.includes(state));
    if (epochs === this.#epochs || !this.#answer) return;
    this.#epochs = epochs;
    epochsField().valueAsNumber = epochs;
  }

  /** Nothing can be asked for any more. */
  end(): void {
    this.#enable(() => false);
  }

  #enable(fits: (states: readonly ControlState[]) => boolean): void {
    for (const [id, { states }] of Object.entries(BUTTONS)) {
      document.getElementById(id)?.setAttribute('aria-disabled', String(!fits(states)));
    }
  }

  async #send(asked: ControlAction): Promise<void> {
    if (asked.action === 'train' && !epochsField().reportValidity()) return;
    try {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch('control', { method: 'POST', headers, body: JSON.stringify(asked) });
      this.#say(response.ok ? '' : await response.text());
    } catch {
      this.#say('the training process does not answer');
    }
  }

  #say(sentence: string): void {
    if (this.#answer) this.#answer.textContent = sentence;
  }
}
