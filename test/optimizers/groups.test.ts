import { adam, adamw } from '../../lib/optimizers/adam';
import type { Optimizer } from '../../lib/optimizers/contract';
import { checkGroupsAreOf, type GroupOptions, type TrainedParameter } from '../../lib/optimizers/groups';
import { lion } from '../../lib/optimizers/lion';
import { muon } from '../../lib/optimizers/muon';
import { sgd } from '../../lib/optimizers/optimizer';

function parameter(layer: string, kind: TrainedParameter['kind'], own = kind === 'weight' ? 'weight' : 'bias') {
  return { name: `${layer}.${own}`, layer, kind, shape: kind === 'weight' ? [2, 3] : [2] };
}

const CONV = parameter('conv2d_1', 'weight');
const BIAS = parameter('conv2d_1', 'bias');
const GAMMA = parameter('batchNorm_1', 'norm', 'weight');
const HEAD = parameter('head', 'weight');

/** What an optimizer does with a parameter: its rate's factor, its decay added to the gradient, its decay off the weight. */
function treatment(optimizer: Optimizer, of: TrainedParameter): [number, number, number] {
  const { learningRateFactor, l2, weightDecay } = optimizer.ruleFor(of).attributes;
  return [learningRateFactor, l2, weightDecay];
}

describe('weight decay', () => {
  it('is on everything where it is added to the gradient, as PyTorch has it', () => {
    for (const each of [CONV, BIAS, GAMMA]) {
      expect(treatment(sgd({ weightDecay: 0.1 }), each)).toEqual([1, 0.1, 0]);
      expect(treatment(adam({ weightDecay: 0.1 }), each)).toEqual([1, 0.1, 0]);
    }
  });

  it.each([
    ['adamw', adamw],
    ['lion', lion],
    ['muon', muon],
  ])('is on weights alone with %s, unless other kinds are asked for', (_, make) => {
    const kinds = (optimizer: Optimizer) => [CONV, BIAS, GAMMA].map((each) => treatment(optimizer, each)[2]);
    expect(kinds(make({ weightDecay: 0.1 }))).toEqual([0.1, 0, 0]);
    expect(kinds(make({ weightDecay: 0.1, decayedKinds: ['weight', 'bias', 'norm'] }))).toEqual([0.1, 0.1, 0.1]);
    expect(kinds(make({ weightDecay: 0.1, decayedKinds: ['norm'] }))).toEqual([0, 0, 0.1]);
    expect(kinds(make({ weightDecay: 0.1, decayedKinds: [] }))).toEqual([0, 0, 0]);
  });
});

describe('a group', () => {
  it('is of layers or parameters by name, by kind, or by both', () => {
    const rates = (group: NonNullable<GroupOptions['groups']>[number]) =>
      [CONV, BIAS, GAMMA, HEAD].map(
        (each) => treatment(sgd({ groups: [{ ...group, learningRateFactor: 2 }] }), each)[0],
      );
    expect(rates({ match: 'conv*' })).toEqual([2, 2, 1, 1]);
    expect(rates({ match: '*.weight' })).toEqual([2, 1, 2, 2]);
    expect(rates({ match: ['head', '*.bias'] })).toEqual([1, 2, 1, 2]);
    expect(rates({ kind: 'weight' })).toEqual([2, 1, 1, 2]);
    expect(rates({ kind: ['bias', 'norm'] })).toEqual([1, 2, 2, 1]);
    expect(rates({ match: 'conv*', kind: 'weight' })).toEqual([2, 1, 1, 1]);
    expect(rates({})).toEqual([2, 2, 2, 2]);
  });

  it('decides alone on what belongs to it, and the first one does', () => {
    const optimizer = adamw({
      weightDecay: 0.1,
      groups: [
        { match: 'conv*', learningRateFactor: 0.1, weightDecay: 0 },
        { kind: ['weight', 'norm'], weightDecay: 0.5 },
        { match: 'conv*', learningRateFactor: 9 },
      ],
    });
    expect(treatment(optimizer, CONV)).toEqual([0.1, 0, 0]);
    expect(treatment(optimizer, BIAS)).toEqual([0.1, 0, 0]);
    expect(treatment(optimizer, GAMMA)).toEqual([1, 0, 0.5]);
    expect(treatment(optimizer, HEAD)).toEqual([1, 0, 0.5]);
  });

  it('leaves the decay of the optimizer to its kinds where it says nothing of it', () => {
    const optimizer = lion({ weightDecay: 0.1, groups: [{ learningRateFactor: 0.5 }] });
    expect([CONV, BIAS].map((each) => treatment(optimizer, each))).toEqual([
      [0.5, 0, 0.1],
      [0.5, 0, 0],
    ]);
  });

  it('is refused where it says what cannot be', () => {
    const bad: readonly [unknown, string][] = [
      [[{ learningRateFactor: -1 }], 'groups[0].learningRateFactor must be a finite number of at least 0, found -1'],
      [[{}, { weightDecay: '0' }], 'groups[1].weightDecay must be a finite number of at least 0, found "0"'],
      [[{ kind: 'kernel' }], 'groups[0].kind must be of weight, bias, norm, found ["kernel"]'],
      [[{ match: 3 }], 'groups[0].match must be a name or a list of names, found 3'],
      [{ match: 'conv*' }, 'groups must be a list, found {"match":"conv*"}'],
    ];
    for (const [groups, message] of bad) {
      for (const make of [sgd, adamw, muon]) {
        expect(() => make({ groups } as GroupOptions)).toThrow(expect.objectContaining({ code: 'E_OPTION', message }));
      }
    }
    expect(() => adamw({ decayedKinds: ['all' as 'weight'] })).toThrow(
      'decayedKinds must be of weight, bias, norm, found ["all"]',
    );
  });

  it('that no parameter belongs to is refused', () => {
    expect(() => checkGroupsAreOf('adamw', [{ match: 'conv*' }, { match: 'cnv*' }], [CONV, BIAS])).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message:
          'groups[1] of adamw, {"match":"cnv*"}, has no parameter of the network; there are conv2d_1.weight (weight), conv2d_1.bias (bias)',
      }),
    );
  });
});
