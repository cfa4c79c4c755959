import { runCli } from '../../lib/cli/run-cli';
import { NETWORKS } from '../../lib/networks/networks';
import { captureIo } from '../support/captured-output';

async function inspect(...argv: string[]): Promise<string> {
  const io = captureIo();
  expect(await runCli(['inspect', ...argv], io)).toBe(0);
  expect(io.stderr.text).toBe('');
  return io.stdout.text;
}

test.each(NETWORKS.map(({ name }) => name))('%s: layers, shapes, parameters, work and memory', async (name) => {
  const lines = (await inspect(name)).split('\n');
  expect(lines[0]).toBe(name);
  expect(lines[1]).toMatch(/^layer +output +parameters +FLOPs\/sample +bytes\/sample( +connected to)?$/);
  expect(lines[2]).toMatch(/^input +[13]x32x32 /);
  expect(lines.find((line) => line.startsWith('total'))).toMatch(/^total +[\d,]+ +[\d,]+ +[\d,]+$/);
});

test('the total of lenet5', async () => {
  expect(await inspect('lenet5')).toMatch(/^total +51,902 +826,348 /m);
});

test('--program prints forward, loss, backward and update for the batch size', async () => {
  const text = await inspect('lenet5', '--program', '--batch-size', '7');
  expect(text).toContain('training in batches of 7: ');
  expect(text).toContain('program train, batches of 7, ');
  for (const phase of ['input', 'forward', 'loss', 'backward', 'update'])
    expect(text).toMatch(new RegExp(`^${phase}:$`, 'm'));
  expect(text).toContain('softmaxCrossEntropy(');
  expect(await inspect('lenet5', '--program', '--loss', 'logistic')).toContain('softmaxLogisticError(');
});
