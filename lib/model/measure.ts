import type { Dataset } from '../data/dataset';
import { LaminetError } from '../errors';
import type { MeasuredNetwork, Metric, MetricValue, Observation, Observed } from '../metrics/metric';
import type { Program } from '../ops/program';
import { sizeOf } from '../tensor/shape';
import type { FloatArray } from '../tensor/storage';
import type { Graph } from './graph';
import { type DataRequest, summarize } from './runner';

/** The values of metrics by their names; missing where there are none. */
export interface Measured {
  readonly metrics?: Readonly<Record<string, MetricValue>>;
}

/** Losses come last: there may be several. */
const OBSERVATIONS = ['predictedClasses', 'targetRanks', 'scores', 'losses'] as const;

/** What a program has to observe for some metrics, in the order of its results. */
export function observationsOf(metrics: readonly Metric[]): readonly Observation[] {
  const asked = new Set(metrics.map(({ observes }) => observes));
  return OBSERVATIONS.filter((observation) => asked.has(observation));
}

/** Throws unless every metric can be computed of the network. */
export function checkMetrics(metrics: readonly Metric[], { outputs, nodes }: Graph, name: string): void {
  const outputSizes = outputs.map((node) => sizeOf(nodes[node]?.built.outputShape ?? []));
  const network: MeasuredNetwork = { name, outputSizes };
  for (const metric of metrics) metric.check?.(network);
}

/** Whether a metric compares with classes. */
const needsClasses = ({ observes }: Metric): boolean => observes !== undefined && observes !== 'losses';

/** The class of each sample: its label or, where a single number is put out, its target of 0 or 1. */
function classesOf(metric: Metric, { outputShape }: Graph, data: Dataset): ArrayLike<number> {
  if (data.labels) return data.labels;
  const { targets } = data;
  if (!targets || sizeOf(outputShape) !== 1) {
    throw new LaminetError('E_DATA', `metric ${metric.name} needs labels, which ${data.name} has none of`, {
      metric: metric.name,
    });
  }
  const other = targets.findIndex((target) => target !== 0 && target !== 1);
  if (other >= 0) {
    throw new LaminetError(
      'E_DATA',
      `metric ${metric.name} needs targets of 0 or 1, found ${targets[other]} at sample ${other} of ${data.name}`,
      { metric: metric.name, sample: other, found: targets[other] },
    );
  }
  return targets;
}

/** Single numbers say yes or no. */
const classCount = ({ outputShape }: Graph): number => Math.max(2, sizeOf(outputShape));

/** Throws unless every metric can be computed of the data. */
export function checkMeasured(metrics: readonly Metric[], graph: Graph, data: Dataset): void {
  for (const metric of metrics) {
    if (!needsClasses(metric)) continue;
    const classes = classesOf(metric, graph, data);
    if (!metric.needsEveryClass) continue;
    const support = new Array<number>(classCount(graph)).fill(0);
    for (let sample = 0; sample < data.count; sample++) {
      const own = classes[sample] as number;
      support[own] = (support[own] as number) + 1;
    }
    const lacking = support.findIndex((count) => count === 0 || count === data.count);
    if (lacking < 0) continue;
    throw new LaminetError(
      'E_DATA',
      `metric ${metric.name} needs samples of class ${lacking} and of others, but ${data.name} has ${support[lacking]} of it among ${data.count}`,
      { metric: metric.name, class: lacking, found: support[lacking], samples: data.count },
    );
  }
}

const NOTHING: FloatArray = new Float64Array(0);

/** By output: what the losses of a run's steps would be if it were the only one. */
function lossParts(graph: Graph, program: Program, request: DataRequest, parts: readonly FloatArray[]) {
  const entries = graph.outputs.map((node, index) => {
    const own = parts[index] ?? NOTHING;
    const losses = request.losses.map((_, step) => {
      const rows = own.subarray(step * program.batchSize, (step + 1) * program.batchSize);
      let sum = 0;
      for (const loss of rows) sum += loss;
      // The losses of samples that have shares of their own in their step's are multiplied by these already.
      return program.weighted ? sum : sum / rows.length;
    });
    const { loss } = summarize({ ...request, losses }, program.batchSize, losses.length);
    return [graph.nodes[node]?.name ?? '', loss] as const;
  });
  return Object.fromEntries(entries);
}

/** The metrics over all samples of a run that has ended, whatever the batches that they came in. */
export function measure(
  metrics: readonly Metric[],
  graph: Graph,
  data: Dataset,
  program: Program,
  request: DataRequest,
): Measured {
  if (metrics.length === 0) return {};
  const observations = observationsOf(metrics);
  const resultOf = (observation: Observation): FloatArray => {
    const place = observations.indexOf(observation);
    return (place < 0 ? undefined : request.results[place]) ?? NOTHING;
  };
  const first = metrics.find(needsClasses);
  const classes = first ? classesOf(first, graph, data) : [];
  const observed: Observed = {
    accuracy: summarize(request, program.batchSize, request.losses.length).accuracy,
    classes: classCount(graph),
    labels: first ? Array.from(request.order, (sample) => classes[sample] as number) : [],
    predictedClasses: resultOf('predictedClasses'),
    targetRanks: resultOf('targetRanks'),
    scores: resultOf('scores'),
    losses: observations.includes('losses')
      ? lossParts(graph, program, request, request.results.slice(observations.indexOf('losses')))
      : {},
  };
  return { metrics: Object.assign({}, ...metrics.map((metric) => metric.compute(observed))) };
}
