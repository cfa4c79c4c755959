import { input } from '../../lib/layers/input';
import { add, concat } from '../../lib/layers/join';
import { connect } from '../../lib/model/graph';
import { oracle, targets } from '../support/backends';
import { readFixture } from '../support/fixtures';
import { interleave, runGraph } from '../support/single-op';
import { expectClose, float32Elementwise, float64Fixture } from '../support/tolerance';

describe.each(targets)('$name gives what PyTorch gives', (target) => {
  it.each([
    { name: 'add_00', join: add },
    { name: 'concat_00', join: concat },
  ])('$name', ({ name, join }) => {
    const fixture = readFixture(name);
    const shapes = ['x0', 'x1'].map((tensor) => fixture.shape(tensor).slice(1));
    const nodes = shapes.map((shape) => input(shape));
    const count = fixture.shape('x0')[0] ?? 0;
    const both = (prefix: string): Float64Array =>
      interleave([fixture.numbers(`${prefix}0`), fixture.numbers(`${prefix}1`)], count);
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
