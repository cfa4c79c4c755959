import { chain } from '../../lib/model/graph';
import { NETWORKS, networkNamed } from '../../lib/networks/networks';

test.each([
  ['two-layer', 103_510, ['1024', '100', '10']],
  ['one-conv', 393_240, ['5x28x28', '3920', '100', '10']],
  ['lenet5-first', 61_968, ['6x28x28', '6x14x14', '16x10x10', '16x5x5', '120x1x1', '120', '86', '10']],
  ['lenet5', 51_902, ['6x28x28', '6x14x14', '16x10x10', '16x5x5', '120x1x1', '120', '10', '10']],
])('%s', (name, parameters, shapes) => {
  const network = networkNamed(name);
  const graph = chain(network.inputShape, network.layers());
  expect(graph.parameterCount).toBe(parameters);
  expect(graph.nodes.map(({ built }) => built.outputShape.join('x'))).toEqual(shapes);
  expect(graph.outputShape).toEqual([10]);
});

test('every call makes layers of its own', () => {
  for (const network of NETWORKS) expect(network.layers()[0]).not.toBe(network.layers()[0]);
});

test('a name that nothing answers to', () => {
  expect(() => networkNamed('lenet')).toThrow(
    expect.objectContaining({
      code: 'E_UNKNOWN',
      message: 'there is no network "lenet"; there are two-layer, one-conv, lenet5-first, lenet5',
    }),
  );
  expect(() => networkNamed('toString')).toThrow(expect.objectContaining({ code: 'E_UNKNOWN' }));
});
