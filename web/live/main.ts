import type { LiveMessage } from '../../lib/live/messages';
import { Charts } from './charts';
import { Controls } from './controls';
import { formatAccuracy, formatCount, formatError } from './format';
import { RunList } from './run-list';
import { showRun } from './run-panel';
import { RunView } from './run-view';

/** The shortest time between two drawings, in milliseconds; and how many times as long as a drawing takes. */
const DRAW_MS = 250;
const DRAW_SHARE = 5;

const runs = new Map<string, RunView>();
const charts = new Charts();
const controls = new Controls();
const list = new RunList(draw);
const points = document.getElementById('points') as HTMLDetailsElement;
/** The timer of the next drawing; 0 where none is due. */
let due = 0;
/** How long the last drawing took, in milliseconds: where there is much to draw, it is drawn less often. */
let lastTook = 0;

function drawSoon(): void {
  if (due === 0) due = window.setTimeout(draw, Math.max(DRAW_MS, DRAW_SHARE * lastTook));
}

function draw(): void {
  clearTimeout(due);
  due = 0;
  const began = performance.now();
  const newestFirst = [...runs.values()].reverse();
  for (const run of newestFirst) list.show(run);
  const shown = newestFirst.filter(({ id }) => list.isShown(id));
  if (shown[0]) showRun(shown[0]);
  list.showColors(charts.draw(shown));
  if (points.open) showPoints(shown);
  lastTook = performance.now() - began;
}

function showPoints(shown: readonly RunView[]): void {
  const rows = shown.flatMap((run) =>
    run.curves.flatMap((curve) =>
      curve.points.map(({ samplesSeen, loss, accuracy }) => {
        const name = shown.length > 1 ? `${run.name}: ${curve.title}` : curve.title;
        const row = document.createElement('tr');
        for (const text of [name, formatCount(samplesSeen), formatError(loss), formatAccuracy(accuracy)]) {
          row.appendChild(document.createElement('td')).textContent = text;
        }
        return row;
      }),
    ),
  );
  document.getElementById('point-rows')?.replaceChildren(...rows);
}

function hear(message: Exclude<LiveMessage, { readonly type: 'bye' }>): void {
  if (message.type === 'controls') controls.show(message.state, message.epochs);
  else if (message.type === 'run') {
    const run = new RunView(message);
    runs.set(run.id, run);
    list.add(run);
  } else runs.get(message.run)?.hear(message);
  drawSoon();
}

function connect(): void {
  const status = document.getElementById('connection') as HTMLElement;
  const say = (text: string): void => {
    status.textContent = text;
  };
  const source = new EventSource('events');
  source.addEventListener('open', () => say('connected'));
  source.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data) as LiveMessage;
    if (message.type !== 'bye') return hear(message);
    source.close();
    controls.end();
    say('the process has ended');
  });
  source.addEventListener('error', () => {
    say(source.readyState === EventSource.CLOSED ? 'the server refuses the page' : 'not connected, trying again');
  });
}

points.addEventListener('toggle', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
draw();
connect();
