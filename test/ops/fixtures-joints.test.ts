import { input } from '../../lib/layers/input';
import { add, concat } from '../../lib/layers/join';
import { connect } from '../../lib/model/graph';
import { sizeOf } from '../../lib/tensor/shape';
import { oracle, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { runGraph } from '../support/single-op';
import { expectClose, float32Elementwise, float64Fixture } from '../support/tolerance';

/** Rows of `widths[0]`, `widths[1]` ... numbers for each sample, one behind the other. */
function interleave(parts: readonly Float64Array[], widths: readonly number[]): number[] {
  const count = (parts[0]?.length ?? 0) / (widths[0] ?? 1);
  return Array.from({ length: count }, (_, n) =>
    parts.flatMap((part, index) => {
      const width = widths[index] ?? 0;
      return [...part.subarray(n * width, (n + 1) * width)];
    }),
  ).flat();
}

describe.each(targets)('$name gives what PyTorch gives', (target) => {
  it.each([
    { name: 'add_00', join: add },
    { name: 'concat_00', join: concat },
  ])('$name', ({ name, join }) => {
    const fixture = readFixture(name);
    const shapes = ['x0', 'x1'].map((tensor) => fixture.shape(tensor).slice(1));
    const widths = shapes.map(sizeOf);
    const nodes = shapes.map((shape) => input(shape));
    const both = (prefix: string): number[] =>
      interleave([fixture.numbers(`${prefix}0`), fixture.numbers(`${prefix}1`)], widths);
    const result = runGraph(target, {
      graph: connect(nodes, [join(nodes)]),
      x: both('x'),
      gy: fixture.numbers('gy'),
      parameters: () => [],
    });
    const tolerance = target === oracle ? float64Fixture : float32Elementwise;
    expectClose('y', result.y, fixture.numbers('y'), tolerance);
    expectClose('gx', result.gx, both('gx'), tolerance);
  });
});
