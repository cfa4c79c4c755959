import { dense } from '../lib/layers/dense';
import { chain } from '../lib/model/graph';
import { measurePasses, PASS_HEADER, type PassRow, passCells } from './passes';
import { section } from './section';
import { formatTable } from './table';

/** Inputs, outputs and batches: squares of all sizes, then the last layer of LeNet-5. */
const SHAPES = [
  ...[64, 128, 256, 512, 1024, 2048].map((size) => ({ inputs: size, units: size, batches: [size] })),
  { inputs: 120, units: 10, batches: [1, 16, 64, 256] },
];

const PASSES = ['dense', 'denseGradInput', 'denseGradWeight'] as const;

/** Dense layers: the three matrix products of a step. */
export const matrices = section<readonly PassRow[]>({
  name: 'matrices',
  title: 'Dense layers',
  describe: () => 'GFLOP/s of the three matrix products of a fully connected layer, and their share of the limit.',
  async measure(machine, rounds) {
    const rows: PassRow[] = [];
    for (const { inputs, units, batches } of SHAPES) {
      const graph = chain([inputs], [dense({ units })]);
      for (const batch of batches) {
        rows.push(await measurePasses(`${inputs}->${units}`, graph, batch, PASSES, machine, rounds));
      }
    }
    return rows;
  },
  format: (rows) => formatTable(['dense', ...PASS_HEADER], rows.map(passCells)),
});
