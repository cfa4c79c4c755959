import { LaminetError } from '../errors';
import { type ClassificationReportOptions, classificationReport } from './classification-report';
import {
  type Average,
  checkAverage,
  checkClasses,
  type Metric,
  type MetricDescription,
  type MetricValue,
  nameOfMean,
  type Observed,
} from './metric';
import { rocAuc, rocAucOneVsRest } from './roc-auc';

/** The share of samples that are classified correctly, which is also reported beside the loss. */
const accuracyMetric: Metric = {
  name: 'accuracy',
  config: { name: 'accuracy' },
  compute: ({ accuracy }) => ({ accuracy }),
};

/** What the loss on each output adds to the whole: `loss` of the output's name. */
const lossParts: Metric = {
  name: 'lossParts',
  config: { name: 'lossParts' },
  observes: 'losses',
  compute: ({ losses }) => Object.fromEntries(Object.entries(losses).map(([output, loss]) => [`${output}.loss`, loss])),
};

/** How often samples of each class (a row) were taken for each class (a column). */
function countsOf({ classes, labels, predictedClasses }: Observed): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (const [sample, predicted] of predictedClasses.entries()) {
    const place = (labels[sample] as number) * classes + predicted;
    counts[place] = (counts[place] as number) + 1;
  }
  return counts;
}

const confusion: Metric = {
  name: 'confusionMatrix',
  config: { name: 'confusionMatrix' },
  observes: 'predictedClasses',
  check: (network) => checkClasses('confusionMatrix', network),
  compute(observed) {
    const { classes } = observed;
    const counts = [...countsOf(observed)];
    const rows = Array.from({ length: classes }, (_, row) => counts.slice(row * classes, (row + 1) * classes));
    return { confusionMatrix: rows };
  },
};

/** The options of {@link topK}. */
export interface TopKOptions {
  /** How many of the likeliest classes count. Default: 5. */
  readonly k?: number;
}

/**
 * The share of samples whose class is among the k likeliest, as `top5`: see {@link topKAccuracy}.
 * Errors: `E_OPTION` for a k that is no whole number above 0, and, when a model is compiled, for one above its classes;
 * `E_DATA` for data without labels.
 *
 * @example
 * topK({ k: 5 });
 */
export function topK(options: TopKOptions = {}): Metric {
  const { k = 5 } = options;
  const refuse = (expected: string): never => {
    throw new LaminetError('E_OPTION', `k of the metric topK must be ${expected}, found ${String(k)}`, {
      option: 'k',
      found: k,
    });
  };
  if (!Number.isInteger(k) || k < 1) refuse('a whole number of at least 1');
  const name = `top${k}`;
  return {
    name,
    config: { name: 'topK', ...options },
    observes: 'targetRanks',
    check(network) {
      checkClasses(name, network);
      const [classes = 0] = network.outputSizes;
      if (classes < 2) {
        throw new LaminetError(
          'E_OPTION',
          `metric ${name} needs at least 2 classes, but ${network.name} has one output number`,
          {
            metric: name,
            classes,
          },
        );
      }
      if (k > classes) refuse(`from 1 to ${classes}, the classes of ${network.name}`);
    },
    compute({ targetRanks }) {
      let among = 0;
      for (const rank of targetRanks) if (rank < k) among += 1;
      return { [name]: among / targetRanks.length };
    },
  };
}

/** The options of {@link precision}, {@link recall} and {@link f1}. */
export interface ClassMetricOptions extends ClassificationReportOptions {
  /** Default: `macro`, the mean over the classes. The others are reported as `f1.weighted`, `f1.micro` and `f1.classes`. */
  readonly average?: Average;
}

function classMetric(score: 'precision' | 'recall' | 'f1', options: ClassMetricOptions): Metric {
  const { average = 'macro', ...others } = options;
  checkAverage(average, ['macro', 'weighted', 'micro', 'none']);
  const name = nameOfMean(score, average);
  const scoreOf = (observed: Observed): MetricValue => {
    const report = classificationReport({ classes: observed.classes, counts: countsOf(observed) }, others);
    return average === 'none' ? report.classes.map((scores) => scores[score]) : report[average][score];
  };
  return {
    name,
    config: { name: score, ...options },
    observes: 'predictedClasses',
    check: (network) => checkClasses(name, network),
    compute: (observed) => ({ [name]: scoreOf(observed) }),
  };
}

/**
 * Of the samples that are taken for a class, the share that is of it: see {@link classificationReport}.
 * Errors: `E_OPTION`; `E_DATA` for data without labels.
 *
 * @example
 * precision({ average: 'none' });
 */
export const precision = (options: ClassMetricOptions = {}): Metric => classMetric('precision', options);

/**
 * Of the samples of a class, the share that is taken for it: see {@link classificationReport}.
 * Errors: `E_OPTION`; `E_DATA` for data without labels.
 *
 * @example
 * recall();
 */
export const recall = (options: ClassMetricOptions = {}): Metric => classMetric('recall', options);

/**
 * The harmonic mean of precision and recall: see {@link classificationReport}.
 * Errors: `E_OPTION`; `E_DATA` for data without labels.
 *
 * @example
 * f1({ average: 'macro' });
 */
export const f1 = (options: ClassMetricOptions = {}): Metric => classMetric('f1', options);

/** The options of {@link auc}. */
export interface AucOptions {
  /** Default: `macro`, the mean over the classes. A single output has one area, whatever this is. */
  readonly average?: Exclude<Average, 'micro'>;
}

/**
 * The area under the ROC curve of each class against the others, or that of a single output: see {@link rocAucOneVsRest} and
 * {@link rocAuc}. It needs all outputs of all samples at the end of an epoch, a number a sample and class.
 * Errors: `E_OPTION`; `E_DATA` for data without labels, and for a class without samples, or with all.
 *
 * @example
 * auc();
 */
export function auc(options: AucOptions = {}): Metric {
  const { average = 'macro' } = options;
  checkAverage(average, ['macro', 'weighted', 'none']);
  const name = nameOfMean('auc', average);
  return {
    name,
    config: { name: 'auc', ...options },
    observes: 'scores',
    needsEveryClass: true,
    check: (network) => checkClasses(name, network),
    compute({ classes, labels, scores }) {
      if (scores.length === labels.length) return { [name]: rocAuc(scores, labels) };
      const report = rocAucOneVsRest({ data: scores, shape: [labels.length, classes] }, labels);
      return { [name]: average === 'none' ? report.classes : report[average] };
    },
  };
}

const METRICS = {
  accuracy: () => accuracyMetric,
  topK,
  confusionMatrix: () => confusion,
  precision,
  recall,
  f1,
  auc,
  lossParts: () => lossParts,
} as const satisfies Record<string, () => Metric>;

/** The metrics that have names; those with options are functions of the same name, too. */
export type MetricName = keyof typeof METRICS;

function makeOf(name: string): (options?: never) => Metric {
  if (Object.hasOwn(METRICS, name)) return METRICS[name as MetricName];
  const known = Object.keys(METRICS).join(', ');
  throw new LaminetError('E_UNKNOWN', `there is no metric ${JSON.stringify(name)}; there are ${known}`, {
    metric: name,
  });
}

/** The metric that its `config` describes. Errors: `E_UNKNOWN` for a name, `E_OPTION` for options. */
export function rebuildMetric({ name, ...options }: MetricDescription): Metric {
  return makeOf(name)(options as never);
}

/** Metrics by their names, or as they are. Errors: `E_UNKNOWN` for another name, `E_OPTION` for one that comes twice. */
export function toMetrics(metrics: readonly (MetricName | Metric)[]): readonly Metric[] {
  const list = metrics.map((metric) => (typeof metric === 'string' ? makeOf(metric)() : metric));
  for (const [index, { name }] of list.entries()) {
    if (list.findIndex((other) => other.name === name) === index) continue;
    throw new LaminetError('E_OPTION', `metrics: ${name} is there twice`, { option: 'metrics', found: name });
  }
  return list;
}
