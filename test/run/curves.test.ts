import { chartsOf } from '../../lib/run/chart-layout';
import { curvesOf } from '../../lib/run/curves';
import { curvesSvg } from '../../lib/run/curves-svg';
import type { LoggedEvent } from '../../lib/run/read-events';
import { expectWellFormed } from '../support/well-formed';

const time = '2026-03-05T14:07:09.000Z';
const start: LoggedEvent = {
  time,
  type: 'start',
  epochs: 2,
  batchSize: 1,
  samples: 100,
  stepsPerEpoch: 100,
  parameters: 1,
  backend: 'reference',
};

/** Progress and the end of an epoch whose single samples have these losses. */
function epochEvents(epoch: number, losses: readonly number[], told: readonly number[]): LoggedEvent[] {
  const meanOf = (count: number): number => losses.slice(0, count).reduce((sum, loss) => sum + loss, 0) / count;
  const progress = told.map(
    (step): LoggedEvent => ({
      time,
      type: 'progress',
      epoch,
      step,
      steps: 100,
      samplesSeen: step,
      samplesPerSecond: 1,
      loss: meanOf(step),
      accuracy: 0.5,
    }),
  );
  const loss = meanOf(losses.length);
  const validation = { loss: 3 * epoch, accuracy: 0.25, count: 10 };
  const rest = { accuracy: 0.5, seconds: 1, samplesPerSecond: 1, learningRate: 0.1, validation };
  return [...progress, { time, type: 'epoch', epoch, loss, ...rest }];
}

test('points are means over the samples between them, epochs follow one another', () => {
  const losses = Array.from({ length: 100 }, (_, index) => (index < 40 ? 8 : index < 50 ? 4 : 2));
  const events = [start, ...epochEvents(1, losses, [40, 41, 50, 98]), ...epochEvents(2, losses, [])];
  const [training, validation, test] = curvesOf(events, { loss: 1, accuracy: 0.75, count: 10 });
  expect(training?.points.map(({ samplesSeen }) => samplesSeen)).toEqual([40, 50, 100, 200]);
  expect(training?.points.map(({ loss }) => Math.round(loss * 1e9) / 1e9)).toEqual([8, 4, 2, 4.6]);
  expect(validation?.points).toEqual([
    { samplesSeen: 100, loss: 3, accuracy: 0.25 },
    { samplesSeen: 200, loss: 6, accuracy: 0.25 },
  ]);
  expect(test).toEqual({
    name: 'test',
    title: 'test, at the end',
    points: [{ samplesSeen: 200, loss: 1, accuracy: 0.75 }],
  });
});

test('evaluations in the middle are a curve of their own', () => {
  const evaluation: LoggedEvent = {
    time,
    type: 'evaluation',
    epoch: 1,
    step: 30,
    samplesSeen: 30,
    loss: 5,
    accuracy: 0.5,
    count: 20,
  };
  expect(curvesOf([start, evaluation])).toEqual([
    { name: 'evaluation', title: expect.any(String), points: [{ samplesSeen: 30, loss: 5, accuracy: 0.5 }] },
  ]);
});

test('a long run has at most a thousand points a curve, evenly apart, the last among them', () => {
  const epochs = Array.from({ length: 2500 }, (_, index) => epochEvents(index + 1, [1], []));
  for (const { name, points } of curvesOf([start, ...epochs.flat()])) {
    expect({ name, count: points.length }).toEqual({ name, count: 834 });
    expect(points.at(-1)?.samplesSeen).toBe(250_000);
    const gaps = new Set(
      points.slice(1).map(({ samplesSeen }, index) => samplesSeen - (points[index]?.samplesSeen ?? 0)),
    );
    expect([...gaps]).toEqual([300]);
  }
});

test('where a run goes on from a checkpoint, what had been measured behind it is left out', () => {
  const losses = Array.from({ length: 100 }, (_, index) => (index < 50 ? 8 : 2));
  const whole = [start, ...epochEvents(1, losses, [25, 50, 75]), ...epochEvents(2, losses, [25, 50, 75])];
  const resumed: LoggedEvent = { ...start, resumed: { path: 'a', epoch: 2, step: 50 } };
  const again = epochEvents(2, losses, [75]);
  const lost: LoggedEvent = {
    time,
    type: 'evaluation',
    epoch: 2,
    step: 60,
    samplesSeen: 160,
    loss: 5,
    accuracy: 0.5,
    count: 20,
  };
  expect(curvesOf([...whole.slice(0, -1), lost, resumed, ...again])).toEqual(curvesOf(whole));
  // From the end of an epoch.
  const next: LoggedEvent = { ...start, resumed: { path: 'a', epoch: 2, step: 0 } };
  expect(curvesOf([...whole.slice(0, -1), next, ...epochEvents(2, losses, [25, 50, 75])])).toEqual(curvesOf(whole));
});

test('a run without events has no curves', () => {
  expect(curvesOf([])).toEqual([]);
});

test('the picture is well-formed, says what its axes are, and escapes names', () => {
  const curves = curvesOf([start, ...epochEvents(1, new Array(100).fill(2), [50])]);
  const svg = curvesSvg('<net> & "co"', 'mse', curves);
  expectWellFormed(svg);
  // Programs that know no variables would draw neither lines nor colours.
  expect(svg).not.toContain('var(');
  expect(svg).toContain('<title>&lt;net&gt; &amp; &quot;co&quot;: error');
  for (const { axis } of chartsOf('mse')) expect(svg).toContain(`>${axis}</text>`);
  expect(svg.match(/>images seen<\/text>/g)).toHaveLength(2);
  // The numbers below the axis are centred at their marks; seven signs are some 56 pixels wide.
  const below = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="middle">/g)].map(([, x]) => Number(x));
  expect(Math.max(...below)).toBeLessThanOrEqual(640 - 28);
  // Every number lies inside the picture.
  const places = [...svg.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(places.length).toBeGreaterThan(4);
  for (const [x = -1, y = -1] of places) expect(x >= 0 && x <= 640 && y >= 0 && y <= 340).toBe(true);
});
