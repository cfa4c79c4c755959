import { type MuonOptions, muon } from '../../lib/optimizers/muon';

const parameter = (layer: string, kind: 'weight' | 'bias' | 'norm', shape: readonly number[]) => {
  return { name: `${layer}.${kind}`, layer, kind, shape };
};

describe('muon', () => {
  const optimizer = muon({
    weightDecay: 0.1,
    except: 'head',
    groups: [{ match: 'conv2d_1', learningRateFactor: 0.5 }],
  });

  it('updates filters and weights of layers; AdamW all that is no matrix, and what is excepted', () => {
    const ops = [
      parameter('conv2d_1', 'weight', [6, 3, 5, 5]),
      parameter('dense_1', 'weight', [10, 20]),
      parameter('conv2d_1', 'bias', [6]),
      parameter('batchNorm_1', 'norm', [6]),
      parameter('partial', 'weight', [60]),
      parameter('head', 'weight', [10, 20]),
    ].map((each) => optimizer.ruleFor(each));
    expect(ops.map(({ op }) => op.name)).toEqual(['muon', 'muon', 'adam', 'adam', 'adam', 'adam']);
    expect(ops.map(({ state }) => state)).toEqual([
      ['momentum'],
      ['momentum'],
      ['mean', 'squares'],
      ['mean', 'squares'],
      ['mean', 'squares'],
      ['mean', 'squares'],
    ]);
    expect(ops.map(({ attributes }) => attributes.learningRateFactor)).toEqual([0.5, 1, 0.0075, 0.015, 0.015, 0.015]);
    expect(ops.map(({ attributes }) => attributes.weightDecay)).toEqual([0.1, 0.1, 0, 0, 0.1, 0.1]);
  });

  it('has the options of its AdamW', () => {
    const { op, attributes } = muon({
      adamw: { beta1: 0.8, beta2: 0.9, epsilon: 1e-6, learningRateFactor: 1 },
    }).ruleFor(parameter('dense_1', 'bias', [3]));
    expect({ op: op.name, attributes }).toEqual({
      op: 'adam',
      attributes: {
        l2: 0,
        weightDecay: 0,
        learningRateFactor: 1,
        constants: { beta1: 0.8, beta2: 0.9, epsilon: 1e-6, amsgrad: 0 },
      },
    });
  });

  it.each<[MuonOptions, string]>([
    [{ momentum: 1 }, 'momentum must be a number of at least 0 and below 1, found 1'],
    [{ iterations: 0 }, 'iterations must be a whole number from 1 to 20, found 0'],
    [{ iterations: 2.5 }, 'iterations must be a whole number from 1 to 20, found 2.5'],
    [{ weightDecay: -1 }, 'weightDecay must be a finite number of at least 0, found -1'],
    [{ adamw: { beta2: 1 } }, 'adamw.beta2 must be a number of at least 0 and below 1, found 1'],
    [{ adamw: { epsilon: 0 } }, 'adamw.epsilon must be a finite number above 0, found 0'],
    [{ learningRate: 0 }, 'learningRate must be a finite number above 0, or a schedule of such numbers, found 0'],
  ])('refuses %j', (options, message) => {
    expect(() => muon(options)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
  });
});
