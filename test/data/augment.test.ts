import { type AugmentOptions, toAugmentation } from '../../lib/data/augment';
import { Dataset } from '../../lib/data/dataset';
import { conv2d } from '../../lib/layers/conv2d';
import { dense } from '../../lib/layers/dense';
import { flatten } from '../../lib/layers/flatten';
import type { FitOptions } from '../../lib/model/fit';
import { sequential } from '../../lib/model/sequential';
import { instructionSets } from '../support/backends';
import { expectClose, float32Training } from '../support/tolerance';
import { quarters } from '../support/toy';

const images = Dataset.from({ samples: new Uint8Array(2 * 3 * 8 * 10), shape: [3, 8, 10], padding: 1, name: 'images' });

it('fills in what is not done', () => {
  const nothing = {
    crop: 0,
    reflect: false,
    flip: 'none',
    cutout: 0,
    brightness: 0,
    contrast: 0,
    rotation: 0,
    scaling: 0,
    mixup: 0,
  };
  expect(toAugmentation({}, images)).toEqual(nothing);
  // Images are 10x12 with their padding.
  expect(toAugmentation({ crop: { padding: 9, mode: 'reflect' }, flip: 'random', cutout: 12 }, images)).toEqual({
    ...nothing,
    crop: 9,
    reflect: true,
    flip: 'random',
    cutout: 12,
  });
});

const REFUSED: readonly (readonly [unknown, string])[] = [
  [null, 'augment must be an object of options, found null'],
  ['flip', 'augment must be an object of options, found flip'],
  [
    { mirror: true },
    'augment.mirror must be one of crop, flip, cutout, brightness, contrast, rotation, scaling, mixup, found "mirror"',
  ],
  [{ crop: 4 }, 'augment.crop must be an object like { padding: 4 }, found 4'],
  [{ crop: { padding: 10 } }, 'augment.crop.padding must be a whole number of pixels from 0 to 9, found 10'],
  [{ crop: { padding: -1 } }, 'augment.crop.padding must be a whole number of pixels from 0 to 9, found -1'],
  [{ crop: { padding: '4' } }, 'augment.crop.padding must be a whole number of pixels from 0 to 9, found "4"'],
  [{ crop: { padding: 4, mode: 'wrap' } }, "augment.crop.mode must be 'zeros' or 'reflect', found \"wrap\""],
  [{ flip: true }, "augment.flip must be 'random' or 'alternating', found true"],
  [{ cutout: 2.5 }, 'augment.cutout must be a whole number of pixels from 0 to 12, found 2.5'],
  [{ cutout: 13 }, 'augment.cutout must be a whole number of pixels from 0 to 12, found 13'],
  [{ brightness: Number.NaN }, 'augment.brightness must be a number from 0 to 1000000, found NaN'],
  [{ brightness: -0.1 }, 'augment.brightness must be a number from 0 to 1000000, found -0.1'],
  [{ contrast: 1.5 }, 'augment.contrast must be a number from 0 to 1, found 1.5'],
  [{ rotation: 181 }, 'augment.rotation must be a number from 0 to 180, found 181'],
  [{ scaling: 1 }, 'augment.scaling must be a number from 0 to 0.9, found 1'],
  [{ mixup: -0.2 }, 'augment.mixup must be 0 or a number from 0.01 to 10, found -0.2'],
  [{ mixup: 11 }, 'augment.mixup must be 0 or a number from 0.01 to 10, found 11'],
  [{ mixup: true }, 'augment.mixup must be 0 or a number from 0.01 to 10, found true'],
];

it.each(REFUSED)('refuses %j', (options, message) => {
  expect(() => toAugmentation(options as AugmentOptions, images)).toThrow(
    expect.objectContaining({ code: 'E_OPTION', message }),
  );
});

it('refuses samples that are no images', () => {
  const rows = Dataset.from({ samples: [1, 2, 3, 4], shape: [2], name: 'rows' });
  expect(() => toAugmentation({ flip: 'random' }, rows)).toThrow(
    expect.objectContaining({
      code: 'E_DATA',
      message: 'augment changes images of [channels, height, width], but the samples of rows are 2',
    }),
  );
});

const AUGMENT: AugmentOptions = {
  crop: { padding: 1 },
  flip: 'alternating',
  cutout: 2,
  brightness: 0.05,
  rotation: 5,
  mixup: 0.5,
};
const data = quarters(90, 3);
type Run = FitOptions & { readonly threads?: number; readonly backend?: 'native' | 'reference' };

/** Trains a small network; returns its parameters. */
async function trained(fits: readonly Run[], compiled: Pick<Run, 'threads' | 'backend'> = {}): Promise<Float64Array> {
  const model = sequential(
    [conv2d({ filters: 3, kernelSize: 3, activation: 'tanh' }), flatten(), dense({ units: 4, activation: 'softmax' })],
    { inputShape: [1, 8, 8], seed: 5 },
  );
  model.compile({ loss: 'crossEntropy', ...compiled });
  for (const options of fits) await model.fit(data, { batchSize: 32, ...options });
  const bits = Float64Array.from(model.parameter('conv2d_1.weight'));
  await model.dispose();
  return bits;
}

describe('fit', () => {
  const native = instructionSets.length > 0;

  it('trains to the same bits on any number of threads', async () => {
    const [one, ...more] = await Promise.all(
      [1, 2, 3].map((threads) => trained([{ epochs: 2, augment: AUGMENT }], { threads })),
    );
    for (const bits of more) expect(bits).toEqual(one);
  });

  it('trains on either backend, each option telling', async () => {
    const plain = await trained([{ epochs: 2 }]);
    for (const [name, value] of Object.entries(AUGMENT)) {
      const bits = await trained([{ epochs: 2, augment: { [name]: value } }]);
      expect({ name, same: bits.every((bit, index) => bit === plain[index]) }).toEqual({ name, same: false });
    }
    expect(await trained([{ epochs: 2, augment: {} }])).toEqual(plain);
    if (!native) return;
    const backends = (['native', 'reference'] as const).map((backend) =>
      trained([{ epochs: 2, augment: AUGMENT }], { backend }),
    );
    const [found = [], expected = []] = await Promise.all(backends);
    // Six steps, over up to 32 images of 6x6 pixels.
    expectClose('weights', found, expected, float32Training(6, 32 * 36));
  });

  it('shows other images from epoch to epoch, and each from the other side', async () => {
    // Without an order or anything else that changes, two epochs differ by the epoch's number alone.
    const twice = await trained([{ epochs: 2, shuffle: false, augment: { flip: 'alternating' } }]);
    const restarted = await trained([
      { shuffle: false, augment: { flip: 'alternating' } },
      { shuffle: false, augment: { flip: 'alternating' } },
    ]);
    expect(restarted).not.toEqual(twice);
    const cropped = await trained([{ epochs: 2, shuffle: false, augment: { crop: { padding: 1 } } }]);
    const again = await trained([
      { shuffle: false, augment: { crop: { padding: 1 } } },
      { shuffle: false, augment: { crop: { padding: 1 } } },
    ]);
    // Draws by the step go on where the fit before ended.
    expect(again).toEqual(cropped);
  });

  it('changes nothing where nothing is trained', async () => {
    const model = sequential([flatten(), dense({ units: 4, activation: 'softmax' })], { inputShape: [1, 8, 8] });
    model.compile({ loss: 'crossEntropy' });
    await model.fit(data, { augment: AUGMENT });
    const [first, second] = [await model.evaluate(data), await model.evaluate(data)];
    expect(first).toEqual(second);
    expect(model.program('evaluate').instructions[0]?.op).toBe('gather');
    await model.dispose();
  });

  it('mixes for no loss whose targets must be one of two', async () => {
    const model = sequential([flatten(), dense({ units: 1 })], { inputShape: [1, 8, 8] });
    model.compile({ loss: 'hinge' });
    const halves = Dataset.from({ samples: new Uint8Array(4 * 64), shape: [1, 8, 8], targets: [1, -1, 1, -1] });
    await expect(model.fit(halves, { augment: { mixup: 0.2 } })).rejects.toMatchObject({
      code: 'E_OPTION',
      message: 'augment.mixup makes targets that lie between two, but those of the loss hinge must be one of -1, 0, 1',
    });
    await model.dispose();
  });

  it('refuses options that it does not know', async () => {
    const fit = trained([{ augment: { crop: { padding: 8 } } }]);
    await expect(fit).rejects.toMatchObject({ code: 'E_OPTION' });
  });
});
