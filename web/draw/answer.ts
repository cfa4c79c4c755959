import type { Reading } from '../../lib/live/digit-reader';

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

function say(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

/** Says why there is no answer; nothing where there is one. */
export function showFailure(sentence: string | undefined): void {
  element('failure').hidden = sentence === undefined;
  say('failure', sentence ?? '');
}

/** Shows what the network makes of a drawing. */
export function showReading({ outputs, probabilities, picture, layers }: Reading, isEmpty: boolean): void {
  const best = outputs.indexOf(Math.max(...outputs));
  say('answer', isEmpty ? 'nothing is drawn yet' : `this is a ${best}`);
  say('output-kind', probabilities ? 'probability' : 'output');
  showOutputs(outputs, isEmpty ? -1 : best, probabilities);
  (element('seen') as HTMLImageElement).src = picture;
  const list = element('layers');
  for (const [index, { name, description, picture: address }] of layers.entries()) {
    const figure = list.children[index] ?? list.appendChild(newFigure(name, description));
    (figure.querySelector('img') as HTMLImageElement).src = address;
  }
}

function newFigure(name: string, description: string): HTMLElement {
  const figure = document.createElement('figure');
  const image = document.createElement('img');
  image.alt = `${name}: ${description}`;
  const caption = document.createElement('figcaption');
  const title = document.createElement('strong');
  title.textContent = name;
  caption.append(title, document.createElement('br'), description);
  figure.append(image, caption);
  return figure;
}

function showOutputs(outputs: readonly number[], best: number, probabilities: boolean): void {
  const list = element('outputs');
  for (const [index, output] of outputs.entries()) {
    const row = list.children[index] ?? list.appendChild(newRow(index));
    row.classList.toggle('best', index === best);
    const [bar, number] = row.querySelectorAll<HTMLElement>('span');
    bar?.style.setProperty('--share', String(Math.min(1, Math.max(0, output))));
    if (number) number.textContent = probabilities ? `${(100 * output).toFixed(1)} %` : output.toFixed(3);
  }
}

function newRow(index: number): HTMLTableRowElement {
  const row = document.createElement('tr');
  const head = row.appendChild(document.createElement('th'));
  head.scope = 'row';
  head.textContent = String(index);
  const cell = row.appendChild(document.createElement('td'));
  cell.appendChild(document.createElement('span')).className = 'output';
  cell.appendChild(document.createElement('span'));
  return row;
}
