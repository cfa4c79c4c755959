import { activation } from '../../lib/layers/activation';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { crossEntropy } from '../../lib/losses/cross-entropy';
import { sumOfSquaredErrors } from '../../lib/losses/regression';
import { compileProgram, type InputFormat } from '../../lib/model/compile';
import { chain } from '../../lib/model/graph';
import type { Augmentation } from '../../lib/ops/gather-augmented';
import { sgd } from '../../lib/optimizers/optimizer';
import { instructionSets, nativeTarget, oracle, type TestTarget, targets } from '../support/backends';
import { normals } from '../support/random';
import { makeRequest, type RequestFields } from '../support/request';
import { expectClose, float32Elementwise, float32Training } from '../support/tolerance';

const mixed = (alpha: number): Augmentation => ({
  crop: 0,
  reflect: false,
  flip: 'none',
  cutout: 0,
  brightness: 0,
  contrast: 0,
  rotation: 0,
  scaling: 0,
  mixup: alpha,
});

/** Images of one row, a pixel for each sample, of which its own is 1. */
function unitImages(count: number): { readonly input: InputFormat; readonly samples: Float64Array } {
  const samples = new Float64Array(count * count);
  for (let n = 0; n < count; n++) samples[n * count + n] = 1;
  return { input: { source: { kind: 'float', shape: [1, 1, count] }, padding: [0, 0, 0, 0], scale: 1 }, samples };
}

interface Draw extends Partial<RequestFields> {
  readonly batchSize: number;
}

/** What comes of unit images: each row has the shares of the samples that it is a mixture of. */
function mixtures({ backend, precision, threads }: TestTarget, count: number, alpha: number, draw: Draw): number[][] {
  const { input, samples } = unitImages(count);
  const program = compileProgram(chain([1, 1, count], [activation('linear')]), {
    purpose: 'predict',
    batchSize: draw.batchSize,
    input,
    targets: 'none',
    augmentation: mixed(alpha),
  });
  const request = makeRequest(program, precision, { samples, ...draw });
  const plan = backend.plan(program, { precision, threads });
  plan.runSync(request);
  plan.dispose();
  const values = Array.from(request.results[0] ?? []);
  return Array.from({ length: values.length / count }, (_, n) => values.slice(n * count, (n + 1) * count));
}

describe.each(targets)('on $name', (target) => {
  it.each([1, 2, 5, 16, 21, 40])('samples are mixed with others of their step, in batches of %i', (batchSize) => {
    const count = 40;
    const order = Array.from({ length: count }, (_, n) => (7 * n) % count);
    const rows = mixtures(target, count, 1, { order, batchSize, seed: 3 });
    for (let first = 0; first < count; first += batchSize) {
      const step = order.slice(first, first + batchSize);
      const places = step.map((sample, n) => {
        const row = rows[first + n] as number[];
        const own = row[sample] as number;
        const partner = row.findIndex((share, other) => other !== sample && share > 0);
        if (step.length === 1) {
          expect(partner).toBe(-1);
          expectClose('alone', [own], [1], float32Elementwise);
          return 0;
        }
        expect(own).toBeGreaterThanOrEqual(0.5);
        expect(row.filter((share) => share > 0)).toHaveLength(2);
        expectClose('both', [own + (row[partner] as number)], [1], float32Elementwise);
        return (step.indexOf(partner) - n + step.length) % step.length;
      });
      // All partners are as many places on, so that each sample is one other's partner.
      expect(new Set(places).size).toBe(1);
      expect(new Set(step.map((sample, n) => rows[first + n]?.[sample])).size).toBe(1);
    }
  });

  it('the targets are mixed as the samples are', () => {
    const count = 37;
    const { input, samples } = unitImages(count);
    const graph = chain([1, 1, count], [flatten(), activation('linear')]);
    for (const kind of ['values', 'classes'] as const) {
      const program = compileProgram(graph, {
        purpose: 'train',
        batchSize: 20,
        input,
        targets: kind,
        loss: sumOfSquaredErrors(),
        augmentation: mixed(0.7),
      });
      const labels = Int32Array.from({ length: count }, (_, n) => n);
      const rows = kind === 'values' ? samples : labels;
      const request = makeRequest(program, target.precision, { samples, targets: rows, seed: 11 });
      const plan = target.backend.plan(program, { precision: target.precision, threads: target.threads });
      plan.runSync(request);
      plan.dispose();
      // What the network puts out is what it should.
      expect(Array.from(request.losses)).toEqual([0, 0]);
      // And the class of the larger share is the sample's own.
      expect(Array.from(request.correct)).toEqual([20, 17]);
    }
  });

  it('shares are the larger ones of the distribution', () => {
    const shares = (alpha: number): number[] =>
      mixtures(target, 2, alpha, { order: Array.from({ length: 1200 }, (_, n) => n % 2), batchSize: 2 })
        .filter((_, n) => n % 2 === 0)
        .map(([own = 0]) => own);
    // Of Beta(1, 1) even ones: 600 draws, a quarter of them in each eighth of what a share can be; four standard deviations.
    const even = shares(1);
    for (const [least, most] of [
      [0.5, 0.625],
      [0.625, 0.75],
      [0.75, 0.875],
      [0.875, 1],
    ] as const) {
      expect(Math.abs(even.filter((share) => share >= least && share < most).length - 150)).toBeLessThan(43);
    }
    // Of Beta(1/2, 1/2) the arcsine law: the larger share is above cos^2(pi / 8) in half of the draws.
    const arcsine = shares(0.5).filter((share) => share > Math.cos(Math.PI / 8) ** 2);
    expect(Math.abs(arcsine.length - 300)).toBeLessThan(49);
  });

  it('another step, another seed: other partners and shares', () => {
    const draw = { batchSize: 32, seed: 5, stepsBefore: 8 };
    const rows = mixtures(target, 32, 0.4, draw);
    expect(mixtures(target, 32, 0.4, draw)).toEqual(rows);
    expect(mixtures(target, 32, 0.4, { ...draw, seed: 6 })).not.toEqual(rows);
    expect(mixtures(target, 32, 0.4, { ...draw, stepsBefore: 9 })).not.toEqual(rows);
    expect(mixtures(target, 32, 0.4, { ...draw, batchSize: 31 })).not.toEqual(rows);
  });

  it('a network is trained as by the oracle', () => {
    const graph = chain(
      [2, 6, 5],
      [
        conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }),
        flatten(),
        dense({ units: 4, activation: 'softmax' }),
      ],
    );
    const program = compileProgram(graph, {
      purpose: 'train',
      batchSize: 18,
      input: { source: { kind: 'float', shape: [2, 6, 5] }, padding: [0, 0, 0, 0], scale: 1 },
      targets: 'classes',
      loss: crossEntropy({ labelSmoothing: 0.1, classWeights: [1, 2, 0.5, 3] }),
      optimizer: sgd(),
      augmentation: { ...mixed(0.6), flip: 'random', crop: 1 },
    });
    const samples = normals(50 * 60, 2);
    const labels = Array.from({ length: 50 }, (_, n) => n % 4);
    const weights = Array.from({ length: 50 }, () => 1 / 18);
    const trained = ({ backend, precision, threads }: TestTarget): Float64Array => {
      const request = makeRequest(program, precision, {
        samples,
        targets: labels,
        ...(program.weighted && { weights }),
        learningRate: 0.1,
        optimizer: sgd(),
        seed: 2 ** 34,
      });
      for (let index = 0; index < request.parameters.length; index++) {
        request.parameters[index] = Math.sin(index) / 4;
      }
      const plan = backend.plan(program, { precision, threads });
      plan.runSync(request);
      plan.dispose();
      return Float64Array.from([...request.parameters, ...request.losses]);
    };
    expectClose('parameters and losses', trained(target), trained(oracle), float32Training(3, 60));
  });
});

it.each(instructionSets)('on %s any number of threads has the same bits', (set) => {
  for (const batchSize of [1, 3, 16, 40]) {
    const [one, ...more] = [1, 2, 3].map((threads) =>
      mixtures(nativeTarget(set, threads), 40, 0.3, { batchSize, seed: 1 }),
    );
    for (const rows of more) expect(rows).toEqual(one);
  }
});
