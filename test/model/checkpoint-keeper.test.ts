import { CheckpointKeeper, toInterval } from '../../lib/model/checkpoint-keeper';
import { firstState } from '../../lib/model/training-state';

const state = firstState(undefined, undefined);

describe('the interval from one checkpoint to the next', () => {
  it('is each epoch, unless another is given; three stay', () => {
    expect(toInterval({ folder: 'x' })).toEqual({ interval: { unit: 'epochs', length: 1 }, kept: 3 });
    expect(toInterval({ folder: 'x', everySteps: 7, keep: 1 })).toEqual({
      interval: { unit: 'steps', length: 7 },
      kept: 1,
    });
    expect(toInterval({ folder: 'x', everySeconds: 0.5 }).interval).toEqual({ unit: 'seconds', length: 0.5 });
  });

  it('in epochs has nothing to do within one', () => {
    const keeper = new CheckpointKeeper({ unit: 'epochs', length: 2 }, async () => 'path', 0);
    expect(keeper.stepsToGo(5)).toBe(Number.POSITIVE_INFINITY);
    expect([keeper.isDue(9, undefined), keeper.isDue(10, 1), keeper.isDue(20, 2)]).toEqual([false, false, true]);
  });

  it('in steps counts from the last one, or from where the run goes on', async () => {
    const keeper = new CheckpointKeeper({ unit: 'steps', length: 10 }, async () => 'path', 30);
    expect([keeper.stepsToGo(30), keeper.stepsToGo(37)]).toEqual([10, 3]);
    expect([keeper.isDue(39, undefined), keeper.isDue(40, undefined)]).toEqual([false, true]);
    // An update may end behind the step at which it was due.
    expect(await keeper.keep(state, 42)).toBe('path');
    expect([keeper.isDue(42, undefined), keeper.stepsToGo(42)]).toEqual([false, 10]);
  });

  it('in seconds goes by the pace so far, and begins with one step', async () => {
    let seconds = 100;
    const keeper = new CheckpointKeeper(
      { unit: 'seconds', length: 8 },
      async () => 'path',
      0,
      () => seconds,
    );
    expect(keeper.stepsToGo(0)).toBe(1);
    seconds += 0.5;
    // Two steps a second, and 7.5 seconds to go.
    expect(keeper.stepsToGo(1)).toBe(15);
    seconds += 7;
    expect(keeper.isDue(16, undefined)).toBe(false);
    expect(keeper.stepsToGo(16)).toBe(1);
    seconds += 0.5;
    expect(keeper.isDue(17, undefined)).toBe(true);
    await keeper.keep(state, 17);
    expect(keeper.isDue(17, undefined)).toBe(false);
    // The pace is known now.
    expect(keeper.stepsToGo(17)).toBe(17);
    seconds += 20;
    expect(keeper.stepsToGo(18)).toBe(1);
  });

  it('begins anew only when the checkpoint is written', async () => {
    const failure = new Error('full');
    const keeper = new CheckpointKeeper({ unit: 'steps', length: 4 }, () => Promise.reject(failure), 0);
    await expect(keeper.keep(state, 4)).rejects.toBe(failure);
    expect([keeper.isDue(4, undefined), keeper.stepsToGo(4)]).toEqual([true, 0]);
  });
});
