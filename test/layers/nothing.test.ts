import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { input } from '../../lib/layers/input';
import { sequential } from '../../lib/model/sequential';
import { WINDOW_LAYERS } from '../cases/image-layers';

/** A layer's window that is larger than its image has no place to be. */
const TOO_LARGE = { kernelSize: 5 } as const;

describe('nothing to work on is refused, with what was found', () => {
  test.each([[[0, 8, 8]], [[3, 0, 8]], [[3, 8, 0]], [[0]]])('as the shape of a sample: %j', (shape) => {
    expect(() => input(shape)).toThrow(
      expect.objectContaining({ code: 'E_SHAPE', message: expect.stringMatching(/at least 1, found .*0/) }),
    );
  });

  // A transposed convolution's output is larger than its input.
  const names = Object.keys(WINDOW_LAYERS).filter((name) => name !== 'conv2dTranspose');
  test.each(names)('as what %s would put out', (name) => {
    const layer = WINDOW_LAYERS[name]?.(TOO_LARGE)(4);
    if (!layer) throw new Error(`there is no ${name}`);
    expect(() => sequential([input([4, 4, 9]), layer])).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  });

  test('as a batch', async () => {
    const samples = new Float32Array(0);
    const shape = [1, 2, 2];
    const none = { code: 'E_DATA', message: expect.stringContaining('there are no samples') };
    expect(() => Dataset.from({ samples, shape, labels: [], classes: 2, name: 'none' })).toThrow(
      expect.objectContaining(none),
    );
    using model = sequential([input(shape), conv2d({ filters: 1, kernelSize: 2 })]);
    model.compile({ loss: 'mse' });
    await expect(model.predict(samples)).rejects.toMatchObject(none);
    expect(() => model.predictSync(samples)).toThrow(expect.objectContaining(none));
    await expect(model.trainOnBatch(samples, [])).rejects.toMatchObject({ code: 'E_DATA' });
  });
});
