import { activation } from '../../lib/layers/activation';
import { compileProgram, type InputFormat } from '../../lib/model/compile';
import { chain } from '../../lib/model/graph';
import type { Shape } from '../../lib/tensor/shape';
import { type TestTarget, targets } from '../support/backends';
import { makeRequest } from '../support/request';
import { exact, expectClose } from '../support/tolerance';

/** The network's input as it is handed back by a network that changes nothing. */
function gathered(
  { backend, precision, threads }: TestTarget,
  input: InputFormat,
  shape: Shape,
  fields: { readonly samples: ArrayLike<number>; readonly order?: readonly number[]; readonly batchSize?: number },
): ArrayLike<number> {
  const program = compileProgram(chain(shape, [activation('linear')]), {
    purpose: 'predict',
    batchSize: fields.batchSize ?? 2,
    input,
    targets: 'none',
  });
  const request = makeRequest(program, precision, fields);
  const plan = backend.plan(program, { precision, threads });
  plan.runSync(request);
  plan.dispose();
  return request.results[0] ?? [];
}

describe.each(targets)('gathering on $name', (target) => {
  const plain = { source: { kind: 'float', shape: [3] }, padding: [0, 0, 0, 0], scale: 1 } as const;

  it('takes samples in the order asked for, some twice', () => {
    const samples = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const rows = gathered(target, plain, [3], { samples, order: [2, 0, 2, 1, 0] });
    expectClose('rows', rows, [7, 8, 9, 1, 2, 3, 7, 8, 9, 4, 5, 6, 1, 2, 3], exact);
  });

  it('scales bytes and puts zeros around them', () => {
    const input = { source: { kind: 'uint8', shape: [2, 2, 1] }, padding: [1, 0, 2, 1], scale: 1 / 256 } as const;
    const rows = gathered(target, input, [2, 3, 4], { samples: [255, 128, 64, 1] });
    const expected = [
      [0, 0, 0, 0],
      [0, 0, 255 / 256, 0],
      [0, 0, 128 / 256, 0],
      [0, 0, 0, 0],
      [0, 0, 64 / 256, 0],
      [0, 0, 1 / 256, 0],
    ];
    expectClose('image', rows, expected.flat(), exact);
  });

  it('scales numbers, too', () => {
    const rows = gathered(target, { ...plain, scale: -0.5 }, [3], { samples: [2, -4, 1] });
    expectClose('row', rows, [-1, 2, -0.5], exact);
  });

  it('leaves nothing of a fuller step in the padding of the last one', () => {
    const input = { source: { kind: 'float', shape: [1, 1, 2] }, padding: [0, 1, 0, 0], scale: 1 } as const;
    const samples = Array.from({ length: 2 * 21 }, (_, index) => index + 1);
    const rows = gathered(target, input, [1, 2, 2], { samples, batchSize: 16 });
    const expected = Array.from({ length: 21 }, (_, n) => [2 * n + 1, 2 * n + 2, 0, 0]);
    expectClose('images', rows, expected.flat(), exact);
  });

  it('gathers every batch from 1 to 33', () => {
    for (let count = 1; count <= 33; count++) {
      const samples = Array.from({ length: count * 3 }, (_, index) => index);
      const reversed = Array.from({ length: count }, (_, n) => count - 1 - n);
      const rows = gathered(target, plain, [3], { samples, order: reversed, batchSize: count });
      expectClose(
        `${count} rows`,
        rows,
        reversed.flatMap((n) => [3 * n, 3 * n + 1, 3 * n + 2]),
        exact,
      );
    }
  });
});
