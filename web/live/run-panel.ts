import { courseFacts } from '../../lib/run/course-facts';
import { formatAccuracy, formatCount, formatError, formatSeconds } from './format';
import type { RunView } from './run-view';

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

/** Writes a text where it is another: what a screen reader announces is not announced again. */
function write(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows how a run stands: its state, what it has come to, its settings. */
export function showRun(run: RunView): void {
  write(element('run-title'), run.name);
  write(element('state'), run.state);
  const failure = element('failure');
  failure.hidden = run.failure === undefined;
  write(failure, run.failure ?? '');
  (element('progress') as HTMLProgressElement).value = run.done;
  showPairs(element('highlights'), highlights(run), 'div', 'dt', 'dd');
  showPairs(element('settings'), settings(run), 'tr', 'th', 'td');
}

type Pairs = readonly (readonly [string, string])[];

function highlights(run: RunView): Pairs {
  const { latest, test, imagesPerSecond: rate, secondsLeft } = run;
  return [
    ['epoch', `${formatCount(run.epoch)} of ${formatCount(run.epochs)}`],
    ['training error', latest ? formatError(latest.loss) : '-'],
    ['training accuracy', latest ? formatAccuracy(latest.accuracy) : '-'],
    ['images/s', rate === undefined ? '-' : formatCount(rate)],
    test
      ? ['test accuracy', formatAccuracy(test.accuracy)]
      : ['time left', secondsLeft === undefined ? '-' : formatSeconds(secondsLeft)],
  ];
}

function settings({ config }: RunView): Pairs {
  const { data } = config;
  const set = ({ name, count }: typeof data.train): string => `${formatCount(count)} images, ${name}`;
  return [
    ['network', config.network],
    ['training set', set(data.train)],
    ['test set', set(data.test)],
    ['loss', config.loss],
    ['optimizer', `${config.optimizer}, learning rate ${config.learningRate}`],
    ['batch size', String(config.batchSize)],
    ['epochs asked for', formatCount(config.epochs)],
    ['seed', String(config.seed)],
    ['backend', config.backend],
    ...courseFacts(config),
    ['began', `${config.startedAt.slice(0, 10)}, ${config.startedAt.slice(11, 16)} UTC`],
  ];
}

/** Keeps the elements that are there, so that nothing that a reader is at goes away. */
function showPairs(list: HTMLElement, pairs: Pairs, row: string, head: string, value: string): void {
  while (list.children.length > pairs.length) list.lastElementChild?.remove();
  for (const [index, [name, text]] of pairs.entries()) {
    const place = list.children[index] ?? list.appendChild(document.createElement(row));
    if (place.children.length === 0) {
      const heading = place.appendChild(document.createElement(head));
      if (head === 'th') heading.setAttribute('scope', 'row');
      place.append(document.createElement(value));
    }
    write(place.children[0] as HTMLElement, name);
    write(place.children[1] as HTMLElement, text);
  }
}
