import fc from 'fast-check';
import { slideWindow, toPair } from '../../lib/ops/window';

const size = fc.integer({ min: 1, max: 20 });
const small = fc.integer({ min: 1, max: 5 });

it('same padding makes as many windows as there are strides, with the odd zero at the bottom and right', () => {
  fc.assert(
    fc.property(size, size, small, small, small, (height, width, kernel, stride, dilation) => {
      const pair = [kernel, kernel] as const;
      const window = slideWindow('conv2d', [1, height, width], pair, [stride, stride], [dilation, dilation], 'same');
      expect([window.outHeight, window.outWidth]).toEqual([Math.ceil(height / stride), Math.ceil(width / stride)]);
      for (const odd of [window.padBottom - window.padTop, window.padRight - window.padLeft]) {
        expect([0, 1]).toContain(odd);
      }
    }),
  );
});

it('every window lies in the padded image, and one more would not', () => {
  const side = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(size, small, small, small, side, side, (height, kernel, stride, dilation, top, bottom) => {
      const extent = (kernel - 1) * dilation + 1;
      const padded = height + top + bottom;
      fc.pre(padded >= extent);
      const padding = [top, bottom, 0, 0] as const;
      const { outHeight } = slideWindow('conv2d', [1, height, 1], [kernel, 1], [stride, 1], [dilation, 1], padding);
      expect((outHeight - 1) * stride + extent).toBeLessThanOrEqual(padded);
      expect(outHeight * stride + extent).toBeGreaterThan(padded);
    }),
  );
});

it.each([0, -1, 1.5, Number.NaN])('refuses %p as a size', (value) => {
  expect(() => toPair(value, 'strides', 1)).toThrow(expect.objectContaining({ code: 'E_OPTION' }));
  expect(() => toPair([1, value], 'strides', 1)).toThrow('strides must be a whole number of at least 1');
});
