import { join } from 'node:path';
import type { Dataset } from '../../data/dataset';
import { readFileWhole } from '../../files/read-whole';
import { writeWhole } from '../../files/write-whole';
import type { Graph } from '../../model/graph';
import type { Model } from '../../model/model';
import { courseFacts } from '../course-facts';
import { curvesOf } from '../curves';
import { curvesPng } from '../curves-png';
import { curvesSvg } from '../curves-svg';
import type { Machine } from '../machine';
import { type Markup, markup } from '../markup';
import { readEvents } from '../read-events';
import { type Run, readRun } from '../read-run';
import { RUN_FILES } from '../run-record';
import { statisticsSeries } from '../statistics-series';
import { firstFilters } from './first-filters';
import { layersSection } from './layers-section';
import { drawNetwork } from './network-drawing';
import { renderPage } from './page';
import { confusionSection, factsTable, filtersSection, mistakesSection, section } from './sections';
import { measureTest } from './test-result';

/** What a report is about. */
export interface ReportOptions {
  /** The run folder, in which the report is put. */
  readonly folder: string;
  /** With the run's weights. */
  readonly model: Model;
  /** The test set; without one, the report has no confusion matrix and no mistakes. The model must be compiled for it. */
  readonly test?: Dataset;
  readonly signal?: AbortSignal;
}

/** Made by `npm run build`. From the sources and from dist/ alike, the package's folder lies two above that of runs. */
const ASSETS = join(__dirname, '..', '..', '..', 'dist', 'web');
const LARGEST_ASSET = 2 ** 24;

/**
 * Writes `report.html`, `curves.svg` and `curves.png` into a run folder, from what is in it and from the network's predictions.
 * @returns the report's path
 * Errors: those of {@link readRun} and {@link readEvents}, `E_FILE` where a file cannot be written.
 */
export async function writeReport({ folder, model, test, signal }: ReportOptions): Promise<string> {
  const run = await readRun(folder);
  const { config, history } = run;
  const events = await readEvents(run.eventsPath);
  const curves = curvesOf(events, history.test);
  const statistics = statisticsSeries(events);
  const filters = firstFilters(model);
  const result = test && (await measureTest(model, test, signal));
  const sections = [
    section('network', 'The network', drawNetwork(model.name, model.graph)),
    ...(statistics.bands.length > 0 ? [layersSection(statistics, mainParameters(model.graph))] : []),
    ...(filters ? [filtersSection(filters)] : []),
    ...(test && result ? [confusionSection(result, test), mistakesSection(result, test)] : []),
    settingsSection(run, model.graph.parameterCount),
  ];
  const [css, script] = await Promise.all([readAsset('report.css'), readAsset('report.js')]);
  await writeWhole(join(folder, RUN_FILES.curves), curvesSvg(config.network, config.loss, curves));
  await writeWhole(join(folder, RUN_FILES.curvesImage), curvesPng(config.loss, curves));
  const path = join(folder, RUN_FILES.report);
  await writeWhole(path, renderPage({ run, curves, sections, statistics }, { css, script }));
  return path;
}

/** The names of the weights, or of all parameters where there are none. */
function mainParameters({ parameters }: Graph): ReadonlySet<string> {
  const weights = parameters.filter(({ spec }) => spec.kind === 'weight');
  return new Set((weights.length > 0 ? weights : parameters).map(({ name }) => name));
}

async function readAsset(name: string): Promise<string> {
  return new TextDecoder().decode(await readFileWhole(join(ASSETS, name), LARGEST_ASSET));
}

function settingsSection({ config }: Run, parameters: number): Markup {
  const { data } = config;
  const set = ({ name, count }: typeof data.train): string => `${count.toLocaleString('en-US')} images, ${name}`;
  const settings = factsTable('Settings', [
    ['network', config.network],
    ['parameters', parameters.toLocaleString('en-US')],
    ['training set', set(data.train)],
    ['test set', set(data.test)],
    ['loss', config.loss],
    ['optimizer', config.optimizer],
    ['learning rate', String(config.learningRate)],
    ['batch size', String(config.batchSize)],
    ['epochs asked for', String(config.epochs)],
    ['seed', String(config.seed)],
    ...courseFacts(config),
  ]);
  const machine = factsTable('Machine', [
    ['backend', config.backend],
    ...(config.machine ? machineFacts(config.machine) : []),
    ['laminet', config.laminet],
  ]);
  return section('settings', 'Settings and machine', markup`<div class="pair">${settings}${machine}</div>`);
}

function machineFacts({ processor, processors, memoryBytes, system, node }: Machine): (readonly [string, string])[] {
  return [
    ['processor', processor],
    ['hardware threads', String(processors)],
    ['memory', `${(memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['system', system],
    ['Node', node],
  ];
}
