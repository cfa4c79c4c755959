import { relu, tanh } from '../../lib/layers/activation-functions';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import { input } from '../../lib/layers/input';
import { add, concat, multiply } from '../../lib/layers/join';
import type { NetworkNode } from '../../lib/layers/node';
import { model } from '../../lib/model/functional';
import { chain, connect, isChain } from '../../lib/model/graph';
import { sequential } from '../../lib/model/sequential';

/** The error that building a network throws. */
function thrownBy(build: () => unknown): unknown {
  try {
    build();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the order of nodes', () => {
  it('is that of a chain for a chain', () => {
    const x = input([4]);
    const graph = connect([x], [x.pipe(dense({ units: 3 }), tanh(), dense({ units: 2 }))]);
    expect(graph.nodes.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['dense_1', [-1]],
      ['tanh_1', [0]],
      ['dense_2', [1]],
    ]);
    expect(isChain(graph)).toBe(true);
  });

  it('is that in which a walk from the outputs leaves them, inputs first to last', () => {
    const x = input([4]);
    const stem = x.pipe(dense({ units: 3, name: 'stem' }));
    const right = stem.pipe(tanh({ name: 'right' }));
    const left = stem.pipe(relu({ name: 'left' }));
    const graph = connect([x], [add([left, right, stem])]);
    expect(graph.nodes.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['stem', [-1]],
      ['left', [0]],
      ['right', [0]],
      ['add_1', [1, 2, 0]],
    ]);
    expect(graph.outputs).toEqual([3]);
    expect(isChain(graph)).toBe(false);
  });

  it('is found for networks deeper than the call stack', () => {
    const x = input([1]);
    const layers = Array.from({ length: 20_000 }, () => relu());
    expect(connect([x], [x.pipe(...layers)]).nodes).toHaveLength(20_000);
  });
});

describe('a layer that is used twice', () => {
  it('has one set of parameters and one name', () => {
    const x = input([4]);
    const shared = dense({ units: 4 });
    const { nodes, parameters } = connect([x], [x.pipe(shared, tanh(), shared)]);
    expect(nodes.map(({ name, layerName }) => [name, layerName])).toEqual([
      ['dense_1', 'dense_1'],
      ['tanh_1', 'tanh_1'],
      ['dense_1@2', 'dense_1'],
    ]);
    expect(parameters.map(({ name }) => name)).toEqual(['dense_1.weight', 'dense_1.bias']);
    expect(nodes[2]?.parameters).toEqual(nodes[0]?.parameters);
  });

  it('is one layer in a sequential network, too', () => {
    const shared = dense({ units: 4 });
    expect(sequential([input([4]), shared, shared]).graph.parameterCount).toBe(20);
    expect(chain([4], [shared, dense({ units: 4 })]).parameterCount).toBe(40);
  });

  it('cannot be used on inputs that need other parameters', () => {
    const x = input([4]);
    const shared = dense({ units: 3 });
    expect(thrownBy(() => connect([x], [x.pipe(shared, shared)]))).toMatchObject({
      code: 'E_SHAPE',
      message: 'layer dense_1 is used twice on inputs that differ: its weight is 3x4 for one, 3x3 for another',
    });
  });
});

describe('what cannot be built is refused:', () => {
  const x = input([3, 4, 4]);
  const y = input([3, 4, 5], { name: 'other' });
  const row = input([48]);

  it.each<[string, () => unknown, string]>([
    [
      'shapes that differ in a sum',
      () => model({ inputs: [x, y], outputs: add([x, y]) }),
      'layer add_1 (add), fed 3x4x4 and 3x4x5: add: expected 3x4x4 like the first input, found 3x4x5',
    ],
    [
      'a product of an image and a row',
      () => model({ inputs: x, outputs: multiply([x, x.pipe(flatten())], { name: 'gate' }) }),
      'layer gate (multiply), fed 3x4x4 and 48: multiply: expected 3x4x4 like the first input, found 48',
    ],
    [
      'images of two sizes behind each other',
      () => model({ inputs: [x, y], outputs: concat([x, y]) }),
      'layer concat_1 (concat), fed 3x4x4 and 3x4x5: concat: expected [channels, 4, 4] beside the first input of 3x4x4, found 3x4x5',
    ],
    [
      'a layer that does not fit its input',
      () => model({ inputs: x, outputs: x.pipe(dense({ units: 2 })) }),
      'layer dense_1 (dense), fed 3x4x4: expected a flat input [inputs], found 3x4x4; put flatten() before it',
    ],
  ])('%s', (_, build, message) => {
    expect(thrownBy(build)).toMatchObject({ name: 'LaminetError', code: 'E_SHAPE', message });
  });

  it.each<[string, () => unknown, string]>([
    [
      'an input that is not listed',
      () => model({ inputs: x, outputs: concat([x.pipe(flatten()), row]) }),
      "the outputs depend on an input of 48, which is not among the network's inputs",
    ],
    [
      'an input that no output depends on',
      () => model({ inputs: [x, y], outputs: x.pipe(relu()) }),
      'no output depends on input 2, input other of 3x4x5',
    ],
    [
      'an input as output',
      () => model({ inputs: x, outputs: x }),
      'outputs: number 1 is an input; put a layer behind it',
    ],
    [
      'a layer as output',
      () => model({ inputs: x, outputs: relu() as unknown as NetworkNode }),
      'outputs: number 1 is no node; nodes are made by input, pipe, add and its like',
    ],
    [
      'a node as input',
      () => model({ inputs: x.pipe(relu()) as unknown as typeof x, outputs: x.pipe(relu()) }),
      'inputs: number 1 was not made by input(shape)',
    ],
    ['no outputs', () => model({ inputs: x, outputs: [] }), 'a network needs at least one output, found none'],
    [
      'no inputs',
      () => model({ inputs: [], outputs: x.pipe(relu()) }),
      'a network needs at least one input, found none',
    ],
    ['an input twice', () => model({ inputs: [x, x], outputs: x.pipe(relu()) }), 'inputs: number 2 is listed twice'],
    ['a sum of one', () => add([x]), 'add joins at least two nodes, found 1'],
    [
      'a sum of a layer',
      () => add([x, relu() as unknown as NetworkNode]),
      'add: expected a list of nodes, found something else at 1',
    ],
    [
      'a pipe through a node',
      () => x.pipe(x as unknown as ReturnType<typeof relu>),
      'pipe: argument 1 is no layer; nodes are joined by add and its like',
    ],
    [
      'two layers of one name',
      () => model({ inputs: x, outputs: add([x.pipe(relu({ name: 'a' })), x.pipe(tanh({ name: 'a' }))]) }),
      'two layers are called "a"',
    ],
    [
      'two inputs of one name',
      () => {
        const second = input([3, 4, 5], { name: 'other' });
        return model({ inputs: [y, second], outputs: add([y, second]) });
      },
      'two inputs are called "other"',
    ],
    [
      'a layer called as an input is',
      () => model({ inputs: y, outputs: y.pipe(relu({ name: 'other' })) }),
      'an input and a layer are called "other"',
    ],
  ])('%s', (_, build, message) => {
    expect(thrownBy(build)).toMatchObject({ name: 'LaminetError', code: 'E_OPTION', message });
  });
});

it('nodes can stand in two networks, each with parameters of its own', () => {
  const x = input([4]);
  const hidden = x.pipe(dense({ units: 3 }));
  const one = model({ inputs: x, outputs: hidden.pipe(dense({ units: 2 })), seed: 1 });
  const other = model({ inputs: x, outputs: hidden, seed: 2 });
  expect(one.parameter('dense_1.weight')).not.toEqual(other.parameter('dense_1.weight'));
});

it('a network that is a chain is the one that sequential makes', () => {
  const layers = [conv2d({ filters: 2, kernelSize: 3 }), flatten(), dense({ units: 3 })];
  const x = input([1, 6, 6]);
  const made = model({ inputs: x, outputs: x.pipe(...layers), seed: 5 });
  const stacked = sequential([input([1, 6, 6]), ...layers], { seed: 5 });
  expect(made.summary()).toBe(stacked.summary());
  expect(made.parameter('conv2d_1.weight')).toEqual(stacked.parameter('conv2d_1.weight'));
});
