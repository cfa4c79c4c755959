export type { BackendName } from './backends/backend';
export { type ConstraintLike, type MaxNorm, maxNorm } from './constraints/max-norm';
export type { AugmentOptions, CropOptions } from './data/augment';
export { type Cifar10Options, type Cifar10Split, readCifar10 } from './data/cifar10';
export { Dataset, type DatasetOptions, type RecordsOptions } from './data/dataset';
export { type DigitsSplit, readDigits } from './data/digits';
export { type ImageFolderOptions, loadImageFolder } from './data/image-folder';
export type { DownloadOptions } from './data/install';
export { type LoadDataOptions, loadCifar10, loadMnist, type TrainAndTest } from './data/load';
export { type MnistOptions, type MnistSplit, readFashionMnist, readMnist } from './data/mnist';
export { datasetFromNpy, loadNpy, loadNpz, type NpyDatasetOptions, saveNpy } from './data/npy';
export type { SplitOptions } from './data/selection';
export type { ChannelStatistics } from './data/statistics';
export {
  type ChunkOptions,
  type CollectOptions,
  collectDataset,
  type Source,
  type StreamOptions,
  streamChunks,
} from './data/stream';
export type { StreamItem } from './data/stream-columns';
export { type WhiteningFilters, type WhiteningOptions, whiteningFilters } from './data/whitening';
export {
  checkGradients,
  type GradientCheckOptions,
  type GradientReport,
  type LayerCheck,
  type TensorCheck,
} from './doctor/gradient-check';
export type { Verdict } from './doctor/gradient-verdict';
export { type ErrorCode, LaminetError } from './errors';
export type { DownloadProgress } from './files/download';
export type { NpyArray, NpyData } from './formats/npy';
export { constant } from './initializers/constant';
export type { InitializerFunction } from './initializers/custom';
export type {
  Initializer,
  InitializerContext,
  InitializerDescription,
  InitializerLike,
  InitializerName,
} from './initializers/initializer';
export { type OrthogonalOptions, orthogonal } from './initializers/orthogonal';
export {
  type Distribution,
  type FanMode,
  type VarianceScalingOptions,
  varianceScaling,
} from './initializers/variance-scaling';
export {
  type ActivationName,
  type ActivationOptions,
  activation,
  type EluOptions,
  type HardtanhOptions,
  type LeakyReluOptions,
  type ScaledTanhOptions,
  type SoftplusOptions,
} from './layers/activation';
export {
  elu,
  gelu,
  geluTanh,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  logSoftmax,
  mish,
  relu,
  relu6,
  scaledTanh,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  softsign,
  tanh,
} from './layers/activation-functions';
export { type AveragePool2dOptions, averagePool2d } from './layers/average-pool2d';
export { type BatchNormOptions, batchNorm } from './layers/batch-norm';
export { type Conv2dOptions, conv2d } from './layers/conv2d';
export { type Conv2dTransposeOptions, conv2dTranspose } from './layers/conv2d-transpose';
export {
  type BackwardCall,
  type CustomParameter,
  type DefinedLayer,
  defineLayer,
  type ForwardCall,
  type LayerDefinition,
} from './layers/define-layer';
export { type DenseOptions, dense } from './layers/dense';
export { type DepthwiseConv2dOptions, depthwiseConv2d } from './layers/depthwise-conv2d';
export { type DropoutOptions, dropout, spatialDropout2d } from './layers/dropout';
export { flatten, linearize } from './layers/flatten';
export { type Cropping2dOptions, cropping2d, type ZeroPadding2dOptions, zeroPadding2d } from './layers/frame';
export { globalAveragePool2d, globalMaxPool2d } from './layers/global-pool2d';
export { type GroupNormOptions, groupNorm, type LayerNormOptions, layerNorm } from './layers/group-norm';
export { input } from './layers/input';
export { add, concat, multiply } from './layers/join';
export type { Layer, LayerConfig, NamedOptions, ParameterKind, TrainedOptions } from './layers/layer';
export { type LocalResponseNormOptions, localResponseNorm } from './layers/local-response-norm';
export { type MaxPool2dOptions, maxPool2d } from './layers/max-pool2d';
export type { InputNode, NetworkNode } from './layers/node';
export { type NormalizationOptions, normalization } from './layers/normalization';
export { type ConnectionTableName, type PartialConv2dOptions, partialConv2d } from './layers/partial-conv2d';
export { type PreluOptions, prelu } from './layers/prelu';
export { type ReshapeOptions, reshape } from './layers/reshape';
export { type SeparableConv2dOptions, separableConv2d } from './layers/separable-conv2d';
export { type SliceOptions, slice } from './layers/slice';
export { type Subsampling2dOptions, subsampling2d } from './layers/subsampling2d';
export { type Upsampling2dOptions, upsampling2d } from './layers/upsampling2d';
export type { Loss, LossDescription } from './losses/contract';
export {
  type CrossEntropyOptions,
  crossEntropy,
  type KlDivergenceOptions,
  klDivergence,
  type NegativeLogLikelihoodOptions,
  negativeLogLikelihood,
} from './losses/cross-entropy';
export { type BinaryFocalOptions, binaryFocalLoss, type FocalOptions, focalLoss } from './losses/focal';
export { categoricalHinge, hinge } from './losses/hinge';
export { binaryCrossEntropy, type LogisticOptions, logisticError } from './losses/logistic';
export type { LossLike, LossName } from './losses/loss';
export type { LossOptions } from './losses/options';
export {
  type HuberOptions,
  huber,
  meanAbsoluteError,
  meanSquaredError,
  sumOfSquaredErrors,
} from './losses/regression';
export { accuracy, topKAccuracy } from './metrics/accuracy';
export {
  type ClassificationReport,
  type ClassificationReportOptions,
  type ClassScores,
  classificationReport,
} from './metrics/classification-report';
export { type ConfusionMatrix, confusionMatrix } from './metrics/confusion-matrix';
export type {
  Average,
  MeasuredNetwork,
  Metric,
  MetricDescription,
  MetricValue,
  Observation,
  Observed,
} from './metrics/metric';
export {
  type AucOptions,
  auc,
  type ClassMetricOptions,
  f1,
  type MetricName,
  precision,
  recall,
  type TopKOptions,
  topK,
} from './metrics/metrics';
export { type RocAucReport, rocAuc, rocAucOneVsRest } from './metrics/roc-auc';
export type { Labels, Scores } from './metrics/scores';
export type { CheckpointOptions } from './model/checkpoint-keeper';
export type { ValueDistribution } from './model/distribution';
export type { EarlyStopping } from './model/early-stopping';
export type {
  EndReason,
  EpochRecord,
  Evaluation,
  EvaluationRecord,
  History,
  TrainingEvent,
  TrainingListener,
} from './model/events';
export type { EvaluationOptions, FitOptions } from './model/fit';
export { type ModelNodes, model } from './model/functional';
export type { Graph, GraphInput, GraphNode, GraphParameter } from './model/graph';
export { type LoadOptions, loadModel } from './model/load-model';
export type { Model, ModelOptions } from './model/model';
export { PauseController } from './model/pause';
export type { OutputValues, Prediction, Samples } from './model/prediction';
export type { ProfileRow } from './model/profile';
export type { EvaluateOptions, RunOptions, WeightsOptions } from './model/run-options';
export { type SequentialOptions, sequential } from './model/sequential';
export type {
  ActivationStatistics,
  ParameterStatistics,
  StatisticsOptions,
  StatisticsRecord,
} from './model/statistics';
export type { BatchOptions, BatchResult } from './model/train-on-batch';
export type { TrainingOptions } from './model/training-rules';
export type { NetworkDefaults, NetworkDefinition } from './networks/network';
export { NETWORKS, networkModel, networkNamed } from './networks/networks';
export type { Connections } from './ops/partial-conv2d';
export type { Purpose, SourceFormat } from './ops/program';
export type { Padding, Pair, Sides } from './ops/window';
export {
  type AdamOptions,
  type AdamwOptions,
  adam,
  adamax,
  adamw,
  type MomentsOptions,
  type NadamOptions,
  nadam,
  radam,
} from './optimizers/adam';
export {
  type AdadeltaOptions,
  type AdagradOptions,
  adadelta,
  adagrad,
  type RmspropOptions,
  rmsprop,
} from './optimizers/adaptive';
export type { WeightAveraging, WeightsChoice } from './optimizers/averaging';
export type { GradientClipping } from './optimizers/clipping';
export type { Optimizer, OptimizerDescription, OptimizerOptions, StepFactors } from './optimizers/contract';
export type { GroupOptions, ParameterGroup, TrainedParameter } from './optimizers/groups';
export { type LionOptions, lion } from './optimizers/lion';
export { type MuonAdamwOptions, type MuonOptions, muon } from './optimizers/muon';
export { type OptimizerName, type SgdOptions, sgd } from './optimizers/optimizer';
export { l1, l1l2, l2, type Regularizer, type RegularizerLike, type RegularizerName } from './regularizers/regularizer';
export {
  type CosineDecayOptions,
  type CosineRestartsOptions,
  cosineDecay,
  cosineRestarts,
} from './schedules/cosine';
export {
  type ExponentialDecayOptions,
  exponentialDecay,
  type InverseTimeDecayOptions,
  inverseTimeDecay,
  type PolynomialDecayOptions,
  polynomialDecay,
} from './schedules/decay';
export { type LinearWarmupOptions, linearWarmup } from './schedules/linear-warmup';
export { type OneCycleOptions, oneCycle } from './schedules/one-cycle';
export type { ScheduleUnit } from './schedules/options';
export {
  constantRate,
  type MultiStepDecayOptions,
  multiStepDecay,
  type PiecewiseConstantOptions,
  piecewiseConstant,
  type StepDecayOptions,
  stepDecay,
} from './schedules/piecewise';
export { type ReduceOnPlateauOptions, reduceOnPlateau } from './schedules/reduce-on-plateau';
export type {
  LearningRate,
  MonitoredValue,
  Schedule,
  ScheduleDescription,
  ScheduleFeedback,
  ScheduleState,
} from './schedules/schedule';
export type { RandomSequence } from './tensor/philox';
export type { Shape } from './tensor/shape';
export type { FloatArray, Precision } from './tensor/storage';
