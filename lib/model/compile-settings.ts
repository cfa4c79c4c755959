import { refuseFormat } from '../formats/format-error';
import type { ParameterKind } from '../layers/layer';
import type { LossDescription } from '../losses/contract';
import type { LossLike } from '../losses/loss';
import type { Metric, MetricDescription } from '../metrics/metric';
import { type MetricName, rebuildMetric } from '../metrics/metrics';
import type { WeightAveraging } from '../optimizers/averaging';
import type { GradientClipping } from '../optimizers/clipping';
import type { OptimizerDescription } from '../optimizers/contract';
import { rebuildOptimizer, toOptimizer } from '../optimizers/optimizer';
import type { RegularizerLike } from '../regularizers/regularizer';
import type { Precision } from '../tensor/storage';
import type { TrainingOptions } from './training-rules';

/** The options of `compile` but for what runs the steps. */
interface KeptOptions extends TrainingOptions {
  readonly loss: LossLike | readonly LossLike[];
  readonly lossWeights?: readonly number[];
  readonly metrics?: readonly (MetricName | Metric)[];
  readonly precision?: Precision;
}

/** The same as a model file has them: as JSON. */
interface CompileSettings {
  readonly loss: string | LossDescription | readonly (string | LossDescription)[];
  readonly lossWeights?: readonly number[];
  readonly metrics?: readonly MetricDescription[];
  readonly optimizer: OptimizerDescription;
  readonly regularizer?: RegularizerLike;
  readonly regularizedKinds?: readonly ParameterKind[];
  readonly clipping?: GradientClipping;
  readonly averaging?: WeightAveraging;
  readonly precision?: Precision;
}

function describeLoss(loss: LossLike): string | LossDescription | undefined {
  if (typeof loss === 'string') return loss;
  return typeof loss.divisor === 'function' ? (loss.config as LossDescription | undefined) : (loss as LossDescription);
}

const describeMetric = (metric: MetricName | Metric): MetricDescription | undefined =>
  typeof metric === 'string' ? { name: metric } : metric.config;

/** The options of `compile` as JSON; undefined where one of them is of the user's own making and has no description. */
export function describeCompile(options: KeptOptions): string | undefined {
  const { loss, lossWeights, metrics, regularizer, regularizedKinds, clipping, averaging, precision } = options;
  const losses = Array.isArray(loss) ? loss.map(describeLoss) : [describeLoss(loss as LossLike)];
  const measured = metrics?.map(describeMetric) ?? [];
  const { config } = toOptimizer(options.optimizer ?? 'sgd');
  if (!config || losses.includes(undefined) || measured.includes(undefined)) return undefined;
  return JSON.stringify({
    loss: Array.isArray(loss) ? losses : losses[0],
    lossWeights,
    metrics: metrics && measured,
    optimizer: config,
    regularizer,
    regularizedKinds,
    clipping,
    averaging,
    precision,
  });
}

/** The options that {@link describeCompile} has described. Errors: `E_FORMAT`; `E_UNKNOWN` and `E_OPTION` for single ones. */
export function rebuildCompile(path: string, text: string): KeptOptions {
  let settings: CompileSettings | null;
  try {
    settings = JSON.parse(text) as CompileSettings | null;
  } catch (cause) {
    return refuseFormat({ name: path, where: 'compile', found: 'text that is not JSON', expected: 'JSON' }, cause);
  }
  if (typeof settings?.optimizer?.name !== 'string' || !settings.loss || !Array.isArray(settings.metrics ?? [])) {
    refuseFormat({ name: path, where: 'compile', found: text.slice(0, 80), expected: 'the options of compile' });
  }
  const { optimizer, metrics, loss, ...others } = settings;
  return {
    ...others,
    loss: loss as KeptOptions['loss'],
    optimizer: rebuildOptimizer(optimizer),
    ...(metrics && { metrics: metrics.map(rebuildMetric) }),
  };
}
