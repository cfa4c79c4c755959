/**
 * A process that trains the toy network and may be killed at any moment: `node -r ./scripts/register-typescript.cjs
 * test/support/training-process.ts <folder> <threads> <seconds | steps> <interval>`. It goes on from the newest checkpoint of
 * the folder, says `begun` when it trains, `error <code> <message>` where that fails, and in the end `sum <SHA-256>` of all
 * parameters.
 */
import { sumOfParameters } from './all-bits';
import { longOptions, toyData, toyModel } from './trained-toy';

async function main([folder = '', threads, unit, interval]: readonly string[]): Promise<void> {
  const model = toyModel('native', { threads: Number(threads) });
  const every = unit === 'steps' ? { everySteps: Number(interval) } : { everySeconds: Number(interval) };
  try {
    await model.fit(toyData, {
      ...longOptions,
      checkpoint: { folder, keep: 2, ...every },
      resume: true,
      onEvent: ({ type }) => {
        if (type === 'start') process.stdout.write('begun\n');
      },
    });
    process.stdout.write(`sum ${sumOfParameters(model)}\n`);
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    process.stdout.write(`error ${code} ${message}\nsum ${sumOfParameters(model)}\n`);
  }
}

void main(process.argv.slice(2));
