import { chartsOf } from '../chart-layout';
import { type Curve, thinned } from '../curves';
import { chartSvg } from '../curves-svg';
import { embeddedJson, Markup, markup } from '../markup';
import type { Run } from '../read-run';
import type { StatisticsSeries } from '../statistics-series';
import { listTable, section } from './sections';

/** What the page of a run is made of. */
export interface PageContent {
  readonly run: Run;
  readonly curves: readonly Curve[];
  /** In their order below the curves. */
  readonly sections: readonly Markup[];
  /** What the script needs for them. */
  readonly statistics: StatisticsSeries;
}

/** What the page brings along: its style sheet and its script. */
export interface PageAssets {
  readonly css: string;
  readonly script: string;
}

/** Nothing is loaded from anywhere: what the page shows is in the page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

const STATUS_WORDS = {
  running: 'was cut off, or is still running',
  done: 'done',
  aborted: 'stopped before its end',
  stoppedEarly: 'stopped early, since nothing got better any more',
  diverged: 'diverged',
} as const;

/** The page of a run, one file that needs no other. */
export function renderPage({ run, curves, sections, statistics }: PageContent, { css, script }: PageAssets): string {
  const { config, history } = run;
  const status = STATUS_WORDS[history.status] ?? history.status;
  const failure =
    history.failure === undefined ? markup`` : markup`<p role="alert" class="failure">${history.failure}</p>`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta http-equiv="Content-Security-Policy" content="${POLICY}"/>
<link rel="icon" href="data:,"/>
<title>${config.network}, a training run</title>
<style>${new Markup(css)}</style>
</head>
<body>
<header><h1>${config.network}</h1><p>A training run of ${startOf(config.startedAt)}, ${status}.</p>${failure}${highlights(run)}</header>
<main>
${section('curves', 'Error and accuracy', curvesFigures(config.loss, curves))}
${epochsSection(run)}
${sections}
</main>
<footer><p>Made by laminet ${config.laminet}.</p></footer>
<script type="application/json" id="run-curves">${embeddedJson({ curves, charts: chartsOf(config.loss).map(({ title, axis }) => ({ title, axis })) })}</script>
<script type="application/json" id="run-layers">${embeddedJson(statistics)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`;
  return page.text;
}

const startOf = (iso: string): string => `${iso.slice(0, 10)}, ${iso.slice(11, 16)} UTC`;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The few numbers that one looks for first. */
function highlights({ history }: Run): Markup {
  const { epochs, test } = history;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const seen = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.samplesPerSecond, 0);
  const facts: (readonly [string, string])[] = [];
  if (test) facts.push(['test accuracy', percent(test.accuracy)], ['test error', test.loss.toPrecision(4)]);
  facts.push(['epochs', String(epochs.length)]);
  if (seconds > 0) facts.push(['training time', `${seconds.toFixed(2)} s`], ['images a second', count(seen / seconds)]);
  return markup`<dl class="highlights">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Each chart as a still picture, in whose place the script puts one that answers to the pointer. */
function curvesFigures(loss: string, curves: readonly Curve[]): Markup {
  if (curves.length === 0) return markup`<p>The run ended before anything was measured.</p>`;
  const figures = chartsOf(loss).map(
    (chart, index) =>
      markup`<figure data-chart="${index}"><figcaption>${chart.title} against images seen</figcaption><div class="still">${chartSvg(chart, curves)}</div></figure>`,
  );
  return markup`<div class="charts">${figures}</div>${pointsTable(curves)}`;
}

/** The numbers behind the curves, for whoever cannot see them or wants to copy them. */
function pointsTable(curves: readonly Curve[]): Markup {
  const rows = curves.flatMap(({ title, points }) =>
    points.map(({ samplesSeen, loss, accuracy }) => [
      title,
      count(samplesSeen),
      loss.toPrecision(4),
      percent(accuracy),
    ]),
  );
  return markup`<details><summary>The curves as a table</summary>${listTable('The points of the curves', ['curve', 'images seen', 'error', 'accuracy'], rows)}</details>`;
}

function epochsSection({ history: { epochs } }: Run): Markup {
  if (epochs.length === 0) return markup``;
  const validated = epochs.some(({ validation }) => validation);
  const heads = ['epoch', 'error', 'accuracy', ...(validated ? ['validation error', 'validation accuracy'] : [])];
  const rows = thinned(epochs).map(({ epoch, loss, accuracy, validation, learningRate, seconds, samplesPerSecond }) => [
    String(epoch),
    loss.toPrecision(4),
    percent(accuracy),
    ...(validated ? [validation?.loss.toPrecision(4) ?? '', validation ? percent(validation.accuracy) : ''] : []),
    String(Number(learningRate.toPrecision(4))),
    seconds.toFixed(2),
    count(samplesPerSecond),
  ]);
  const caption = 'Means over each epoch, each image measured before the step it belongs to';
  return section('epochs', 'Epochs', listTable(caption, [...heads, 'learning rate', 'seconds', 'images/s'], rows));
}
