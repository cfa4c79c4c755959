import { tanh } from '../../lib/layers/activation-functions';
import { conv2d } from '../../lib/layers/conv2d';
import type { Layer } from '../../lib/layers/layer';
import { maxPool2d } from '../../lib/layers/max-pool2d';
import { compileProgram } from '../../lib/model/compile';
import { chain } from '../../lib/model/graph';
import type { Program } from '../../lib/ops/program';

function compiled(layers: readonly Layer[]): Program {
  const input = { source: { kind: 'float', shape: [1, 8, 8] }, padding: [0, 0, 0, 0], scale: 1 } as const;
  return compileProgram(chain([1, 8, 8], layers), { purpose: 'predict', batchSize: 1, input, targets: 'none' });
}

const ops = (program: Program): string[] => program.instructions.map(({ op }) => op);

describe('max-pooling after an activation', () => {
  it.each([
    ['tanh', {}],
    ['sigmoid', {}],
    ['relu', {}],
    ['softsign', {}],
    ['hardsigmoid', {}],
    ['leakyRelu', { negativeSlope: 0.01 }],
    ['elu', { slope: 1, saturation: 1 }],
    ['hardtanh', { lower: -1, upper: 1 }],
    ['scaledTanh', { amplitude: 1.7159, scale: 2 / 3 }],
  ] as const)('goes before %s, on a quarter of the elements', (activation, constants) => {
    const program = compiled([conv2d({ filters: 2, kernelSize: 3, activation }), maxPool2d()]);
    expect(ops(program)).toEqual(['gather', 'conv2d', 'maxPool2d', activation, 'scatter']);
    const [, , pooling, second] = program.instructions;
    expect(second?.geometry).toEqual({ elements: 2 * 3 * 3, ...constants });
    expect(second?.layer).toBe('conv2d_1');
    expect(pooling?.layer).toBe('maxPool2d_1');
    for (const id of [...(pooling?.outputs ?? []), ...(second?.outputs ?? [])]) {
      expect(program.tensors[id]?.shape).toEqual([2, 3, 3]);
    }
  });

  it('goes before an activation that is a layer of its own', () => {
    expect(ops(compiled([tanh(), maxPool2d()]))).toEqual(['gather', 'maxPool2d', 'tanh', 'scatter']);
  });

  it.each(['softmax', 'gelu', 'silu', 'softplus'] as const)('stays behind %s, which is not monotonic', (activation) => {
    expect(ops(compiled([conv2d({ filters: 2, kernelSize: 3, activation }), maxPool2d()]))).toEqual([
      'gather',
      'conv2d',
      activation,
      'maxPool2d',
      'scatter',
    ]);
  });

  it('stays behind other layers', () => {
    expect(ops(compiled([maxPool2d(), tanh()]))).toEqual(['gather', 'maxPool2d', 'tanh', 'scatter']);
  });
});
