import { networkModel } from '../lib/networks/networks';
import { interleave, type Sample } from './measure';
import { section } from './section';
import { formatTable } from './table';

const METHODS = ['predictSync', 'predict'] as const;

/** Images a call, and calls of a round: enough for a good part of a tenth of a second. */
const CASES = [
  { images: 1, calls: 2000 },
  { images: 16, calls: 500 },
  { images: 64, calls: 200 },
  { images: 256, calls: 50 },
] as const;

interface InferenceRow {
  readonly method: string;
  readonly images: number;
  /** Of a call, in microseconds. */
  readonly microseconds: Sample;
}

/** `predict` and `predictSync` of lenet5 as a caller sees them: from an array of numbers to an array of probabilities. */
export const inference = section<readonly InferenceRow[]>({
  name: 'inference',
  title: 'Inference of lenet5',
  describe: ({ threads }) => `From an array of numbers to an array of probabilities, on ${threads} threads.`,
  async measure({ threads }, rounds) {
    const model = networkModel('lenet5');
    model.compile({ loss: 'crossEntropy', backend: 'native', threads });
    const cases = METHODS.flatMap((method) =>
      CASES.map(({ images, calls }) => {
        const pixels = Float32Array.from({ length: images * 1024 }, (_, index) => (index % 256) / 255);
        const run = async (): Promise<number> => {
          const began = performance.now();
          for (let call = 0; call < calls; call++) await model[method](pixels);
          return (performance.now() - began) / 1000;
        };
        return { name: `${method} ${images}`, method, images, calls, run };
      }),
    );
    const seconds = await interleave(cases, rounds);
    model.dispose();
    return cases.map(({ name, method, images, calls }) => {
      const { median = Number.NaN, least = Number.NaN, most = Number.NaN } = seconds.get(name) ?? {};
      const scaled = (value: number): number => (value / calls) * 1e6;
      return {
        method,
        images,
        microseconds: { median: scaled(median), least: scaled(least), most: scaled(most), runs: rounds },
      };
    });
  },
  format: (rows) =>
    formatTable(
      ['method', 'images', 'us a call', 'least - most', 'images/s'],
      rows.map(({ method, images, microseconds: { median, least, most } }) => [
        method,
        String(images),
        median.toFixed(1),
        `${least.toFixed(1)} - ${most.toFixed(1)}`,
        Math.round((images / median) * 1e6).toLocaleString('en-US'),
      ]),
    ),
});
