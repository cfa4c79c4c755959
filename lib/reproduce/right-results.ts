import { GradientProbe } from '../doctor/gradient-probe';
import { conv2d } from '../layers/conv2d';
import { input } from '../layers/input';
import { sequential } from '../model/sequential';
import { checkNetwork, verdictOf, verdictTable } from './checked-gradients';
import type { PostRun } from './four-networks';
import type { Laboratory, Outcome } from './laboratory';
import { enumerate, percent, table } from './markdown';
import type { Section } from './section';
import type { BatchRuns } from './sums-and-means';

/**
 * The test `convolutional, with_stride` of tiny-dnn (test_convolutional_layer.h): a kernel of 3x3 halves and a bias of a
 * half, moved by 2.
 */
const WITH_STRIDE = {
  image: [0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 4, 5, 6, 7, 8],
  error: [-1, 2, 3, 0],
  output: [9.5, 18.5, 18.5, 27.5],
  inputGradient: [
    -0.5, -0.5, 0.5, 1, 1, -0.5, -0.5, 0.5, 1, 1, 1, 1, 2, 1, 1, 1.5, 1.5, 1.5, 0, 0, 1.5, 1.5, 1.5, 0, 0,
  ],
  weightGradient: [10, 14, 18, 14, 18, 22, 18, 22, 26],
  biasGradient: [4],
} as const;

/** The four results of the test, as they come out here. */
function runWithStride(): Readonly<Record<'output' | 'inputGradient' | 'weightGradient' | 'biasGradient', number[]>> {
  const model = sequential([input([1, 5, 5]), conv2d({ filters: 1, kernelSize: 3, strides: 2 })]);
  const probe = new GradientProbe(model.graph, 1);
  try {
    const point = {
      parameters: new Float64Array(model.graph.parameterElements).fill(0.5),
      samples: Float64Array.from(WITH_STRIDE.image),
      direction: Float64Array.from(WITH_STRIDE.error),
    };
    const gradients = probe.gradients(point);
    const ofParameter = (kind: string): number[] => {
      const parameter = model.graph.parameters.find(({ spec }) => spec.kind === kind);
      const { offset = 0, size = 0 } = parameter ?? {};
      return [...gradients.parameters.subarray(offset, offset + size)];
    };
    return {
      output: [...probe.outputs(point)],
      inputGradient: [...gradients.input],
      weightGradient: ofParameter('weight'),
      biasGradient: ofParameter('bias'),
    };
  } finally {
    probe.dispose();
    model.dispose();
  }
}

const RESULT_TITLES = {
  output: 'output',
  inputGradient: 'gradient of the image',
  weightGradient: 'gradient of the kernel',
  biasGradient: 'gradient of the bias',
} as const;

function withStrideTable(): string {
  const found = runWithStride();
  return table(
    ['', 'tiny-dnn', 'here', 'the same'],
    (Object.keys(RESULT_TITLES) as (keyof typeof RESULT_TITLES)[]).map((result) => {
      const [expected, own] = [WITH_STRIDE[result].join(', '), found[result].join(', ')];
      return [RESULT_TITLES[result], expected, own, expected === own ? 'yes' : '**no**'];
    }),
  );
}

const afterFirstEpoch = ({ epochs }: Outcome): string => percent(epochs[0]?.validation?.accuracy ?? Number.NaN);

/** Are my results right? */
export async function rightResults(
  laboratory: Laboratory,
  runs: readonly PostRun[],
  { mean }: BatchRuns,
): Promise<Section> {
  const report = await checkNetwork(laboratory, 'lenet5');
  const firstEpochs = runs
    .filter(({ post }) => post.data === 'mnist')
    .map(({ post, asThere }) => `\`${post.network}\` ${afterFirstEpoch(asThere)}`);
  return {
    title: '1. Are my results right?',
    blocks: [
      `**The layer alone.** The convolution of the post passes the test \`convolutional, with_stride\` of tiny-dnn, and so does this one: image 0 to 8 in steps of 1 along rows and columns, kernel and bias 0.5, stride 2, incoming error ${WITH_STRIDE.error.join(', ')}.`,
      withStrideTable(),
      `**The gradients of a whole network.** A number of the network is moved a little to both sides; what the outputs do then is what its gradient should be. Nothing to compare with is needed, and no layer is left out. Of \`lenet5\` as it should be ${verdictOf(report)}:`,
      verdictTable(report),
      'It is what `laminet gradcheck lenet5` prints.',
      `**The accuracy.** tiny-dnn is said to have 70 to 80 % after an epoch. With the post's settings, an update after each image, these have after their first epoch, on the test set: ${enumerate(firstEpochs)}. How far one comes in an epoch says more of the rate than of the program: \`lenet5-first\` with the mean over batches of 16 in place of their sum, and all gradients right, has ${afterFirstEpoch(mean)}.`,
    ],
  };
}
