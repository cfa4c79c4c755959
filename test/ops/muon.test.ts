import { dense } from '../../lib/layers/dense';
import { chain } from '../../lib/model/graph';
import { type MuonOptions, muon } from '../../lib/optimizers/muon';
import type { FloatArray } from '../../lib/tensor/storage';
import { oracle, type TestTarget, targets } from '../support/backends';
import { normals } from '../support/random';
import { makeRequest } from '../support/request';
import { compilePlain, projectionOnTargets } from '../support/single-op';
import { expectClose, float32Newton, float64Fixture } from '../support/tolerance';

/**
 * What a weight of zeros becomes in steps with the given gradients, each `[rows, columns]`: sample c of a step is the unit
 * vector c, and its targets are column c of the gradient.
 */
function takeSteps(
  { backend, precision, threads }: TestTarget,
  [rows, columns]: readonly [number, number],
  gradients: readonly Float64Array[],
  options: MuonOptions = {},
): FloatArray {
  const graph = chain([columns], [dense({ units: rows, useBias: false })]);
  const optimizer = muon({ learningRate: 1, ...options });
  const program = compilePlain(graph, {
    purpose: 'train',
    batchSize: columns,
    targets: 'values',
    loss: projectionOnTargets(columns),
    optimizer,
  });
  const samples = gradients.flatMap(() =>
    Array.from({ length: columns * columns }, (_, index) => (index % (columns + 1) === 0 ? 1 : 0)),
  );
  const columnsOf = gradients.flatMap((gradient) =>
    Array.from({ length: columns * rows }, (_, i) => gradient[(i % rows) * columns + Math.floor(i / rows)] ?? 0),
  );
  const fields = { samples, targets: columnsOf, optimizer, learningRate: 1 };
  const request = makeRequest(program, precision, fields);
  const plan = backend.plan(program, { precision, threads });
  expect(plan.runSync(request)).toEqual({ status: 'done', steps: gradients.length });
  plan.dispose();
  return request.parameters.slice(0, rows * columns);
}

/** What `iterations` rounds make of a singular value. */
function rounds(value: number, iterations = 5): number {
  let s = value;
  for (let round = 0; round < iterations; round++) s = 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;
  return s;
}

const SIZES: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 9],
  [7, 1],
  [5, 5],
  [16, 16],
  [6, 25],
  [25, 6],
  [17, 33],
  [33, 17],
  [40, 150],
  [100, 48],
];

/** By size: what six steps make of the weights in double precision. */
const oracleSteps = new Map<string, FloatArray>();

describe.each(targets)('muon on $name', (target) => {
  const tolerance = target === oracle ? float64Fixture : float32Newton(5);

  it.each(SIZES)('brings every direction of a %p x %p step to about one size', (rows, columns) => {
    const weights = takeSteps(target, [rows, columns], [normals(rows * columns, 1)]);
    const scale = Math.sqrt(Math.max(1, rows / columns));
    const short = Math.min(rows, columns);
    for (let seed = 10; seed < 20; seed++) {
      // A unit vector along the shorter side, times the matrix: between its smallest and its largest singular value.
      const raw = normals(short, seed);
      const length = Math.hypot(...raw);
      const unit = raw.map((value) => value / length);
      const image = new Float64Array(Math.max(rows, columns));
      for (let index = 0; index < rows * columns; index++) {
        const [row, column] = [Math.floor(index / columns), index % columns];
        const [from, to] = rows <= columns ? [row, column] : [column, row];
        image[to] = (image[to] ?? 0) + ((weights[index] ?? 0) / scale) * (unit[from] ?? 0);
      }
      // Squares of random numbers have few small singular values, which five rounds do not bring all the way.
      const least = rows === columns && rows > 1 ? 0.2 : 0.6;
      expect(Math.hypot(...image)).toBeGreaterThan(least);
      expect(Math.hypot(...image)).toBeLessThan(1.25);
    }
  });

  it('has the formula: singular values go through the polynomial, singular vectors stay', () => {
    const diagonal = [3, -2, 1, 0.5, 0.01];
    const norm = Math.hypot(...diagonal);
    for (const [rows, columns] of [
      [5, 5],
      [5, 8],
      [9, 5],
    ] as const) {
      const gradient = new Float64Array(rows * columns);
      const expected = new Float64Array(rows * columns);
      for (const [index, value] of diagonal.entries()) {
        gradient[index * columns + index] = value;
        expected[index * columns + index] = -Math.sqrt(Math.max(1, rows / columns)) * rounds(value / (norm + 1e-7));
      }
      expectClose(
        `${rows}x${columns}`,
        takeSteps(target, [rows, columns], [gradient], { momentum: 0 }),
        expected,
        tolerance,
      );
      const three = takeSteps(target, [rows, columns], [gradient], { momentum: 0, iterations: 3 });
      const afterThree = expected.map((value, index) => {
        return value === 0
          ? 0
          : -Math.sqrt(Math.max(1, rows / columns)) * rounds((gradient[index] ?? 0) / (norm + 1e-7), 3);
      });
      expectClose(`${rows}x${columns}, 3 rounds`, three, afterThree, tolerance);
    }
  });

  it('has momentum, with and without Nesterov', () => {
    const gradients = [Float64Array.of(4, 0, 0, 0), Float64Array.of(0, 0, 0, 2)];
    for (const nesterov of [true, false]) {
      let [a, b, x, y] = [0, 0, 0, 0];
      for (const [first, second] of [
        [4, 0],
        [0, 2],
      ] as const) {
        a = 0.75 * a + 0.25 * first;
        b = 0.75 * b + 0.25 * second;
        const [u, v] = nesterov ? [0.75 * a + 0.25 * first, 0.75 * b + 0.25 * second] : [a, b];
        x -= rounds(u / (Math.hypot(u, v) + 1e-7));
        y -= rounds(v / (Math.hypot(u, v) + 1e-7));
      }
      const found = takeSteps(target, [2, 2], gradients, { momentum: 0.75, nesterov });
      expectClose(`nesterov ${nesterov}`, found, [x, 0, 0, y], tolerance);
    }
  });

  it.each(SIZES)('takes six %p x %p steps as the oracle does', (rows, columns) => {
    const gradients = Array.from({ length: 6 }, (_, step) => normals(rows * columns, 30 + step));
    const options = { weightDecay: 0.1, momentum: 0.9 };
    const size = `${rows}x${columns}`;
    const expected = oracleSteps.get(size) ?? takeSteps(oracle, [rows, columns], gradients, options);
    oracleSteps.set(size, expected);
    const found = takeSteps(target, [rows, columns], gradients, options);
    expectClose('weights', found, expected, target === oracle ? float64Fixture : float32Newton(30));
  });
});
