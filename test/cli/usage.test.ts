import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NAMED_OPTIMIZERS } from '../../lib/cli/optimizers';
import { runCli } from '../../lib/cli/run-cli';
import { LOSS_NAMES } from '../../lib/losses/loss';
import { captureIo } from '../support/captured-output';
import { writeMnistFolder } from '../support/mnist-folder';

/** Runs the command and returns its exit code and output. */
async function run(argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const io = captureIo();
  const code = await runCli(argv, io);
  return { code, out: io.stdout.text, err: io.stderr.text };
}

describe('help', () => {
  test.each([
    [['--help'], 'laminet train lenet5'],
    [['help'], 'Exit codes'],
    [['train', '--help'], 'laminet train lenet5 --data mnist'],
    [['help', 'train'], '--learning-rate <x>'],
    [['evaluate', '--help'], 'laminet evaluate runs/'],
    [['inspect', '--help'], 'laminet inspect two-layer --program'],
    [['gradcheck', '--help'], 'laminet gradcheck lenet5'],
    [['resume', '--help'], 'laminet resume runs/'],
    [['report', '--help'], 'laminet report runs/'],
    [['runs', '--help'], 'laminet runs results --json'],
    [['completion', '--help'], 'laminet completion zsh'],
    [['compare', '--help'], 'laminet compare runs/'],
    [['watch', '--help'], 'laminet watch runs --port 8080'],
    [['draw', '--help'], 'laminet draw model.safetensors --port 8080'],
  ])('%j goes to the standard output, with examples', async (argv, example) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(0);
    expect(out).toContain('Usage: laminet');
    expect(out).toContain(example);
    expect(err).toBe('');
  });

  test('--version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });
});

test.each([
  [[], 'a command is missing; see laminet --help'],
  [['--no-color'], 'a command is missing; see laminet --help'],
  [['fly'], "unknown command 'fly'; see laminet --help"],
  [['trian'], "unknown command 'trian' (Did you mean train?); see laminet --help"],
  [['help', 'fly'], "unknown command 'fly'; see laminet --help"],
  [['train'], "missing required argument 'network'; see laminet train --help"],
  [['evaluate'], "missing required argument 'run-or-weights'; see laminet evaluate --help"],
  [['resume'], "missing required argument 'run'; see laminet resume --help"],
  [['compare'], "missing required argument 'runs'; see laminet compare --help"],
  [
    ['train', 'lenet5', '--json', '--quiet'],
    "option '--json' cannot be used with option '--quiet'; see laminet train --help",
  ],
  [['train', 'lenet5', '--fast'], "unknown option '--fast'; see laminet train --help"],
  [['train', 'lenet5', '--epoch', '3'], "unknown option '--epoch' (Did you mean --epochs?); see laminet train --help"],
  [['train', 'lenet5', '--epochs'], "option '--epochs <n>' argument missing; see laminet train --help"],
  [
    ['train', 'lenet5', '--epochs', 'many'],
    "option '--epochs <n>' argument 'many' is invalid. Expected a number; see laminet train --help",
  ],
  [
    ['train', 'lenet5', '--epochs', ''],
    "option '--epochs <n>' argument '' is invalid. Expected a number; see laminet train --help",
  ],
  [
    ['inspect', 'lenet5', '--batch-size', '0x10'],
    "option '--batch-size <n>' argument '0x10' is invalid. Expected a number; see laminet inspect --help",
  ],
])('wrong usage %j is one sentence and exit code 2', async (argv, sentence) => {
  expect(await run(argv)).toEqual({ code: 2, out: '', err: `laminet: ${sentence}\n` });
});

describe('an option that cannot be used is one sentence, exit code 1, and nothing on the disk', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'laminet-usage-'));
    await writeMnistFolder(join(folder, 'data'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const whole = 'a whole number of at least 1';
  test.each([
    ['--learning-rate nan', '--learning-rate must be a finite number above 0, found NaN'],
    ['--learning-rate inf', '--learning-rate must be a finite number above 0, found Infinity'],
    ['--learning-rate 1e999', '--learning-rate must be a finite number above 0, found Infinity'],
    ['--learning-rate 0', '--learning-rate must be a finite number above 0, found 0'],
    ['--learning-rate -1', '--learning-rate must be a finite number above 0, found -1'],
    ['--epochs 0', `--epochs must be ${whole}, found 0`],
    ['--epochs -2', `--epochs must be ${whole}, found -2`],
    ['--epochs nan', `--epochs must be ${whole}, found NaN`],
    ['--batch-size 1.5', `--batch-size must be ${whole}, found 1.5`],
    ['--batch-size 0', `--batch-size must be ${whole}, found 0`],
    ['--batch-size 41', '--batch-size must be at most 40, the number of samples to train on, found 41'],
    ['--seed -1', '--seed must be a whole number from 0 to 2^53 - 1, found -1'],
    ['--seed 9007199254740992', '--seed must be a whole number from 0 to 2^53 - 1, found 9007199254740992'],
    ['--threads 0', '--threads must be a whole number from 1 to 64, found 0'],
    ['--threads 65', '--threads must be a whole number from 1 to 64, found 65'],
    ['--validation 1', '--validation must be a number above 0 and below 1, found 1'],
    ['--validation -0.1', '--validation must be a number above 0 and below 1, found -0.1'],
    ['--validation 0.001', '--validation must leave images on both sides, found 0.001 of 40 images'],
    [
      '--validation 0.5 --batch-size 21',
      '--batch-size must be at most 20, the number of samples to train on, found 21',
    ],
    ['--patience 0', `--patience must be ${whole}, found 0`],
    ['--evaluate-every 0', `--evaluate-every must be ${whole}, found 0`],
    ['--evaluate-every 5 --evaluate-on 41', '--evaluate-on must be a whole number from 1 to 40, found 41'],
    ['--evaluate-on 5', '--evaluate-on needs --evaluate-every, found none'],
    ['--checkpoint-every 0', '--checkpoint-every must be a finite number above 0, found 0'],
    ['--optimizer best', `there is no optimizer "best"; there are ${NAMED_OPTIMIZERS.join(', ')}`],
    ['--loss cosine', `there is no loss "cosine"; there are ${LOSS_NAMES.join(', ')}`],
    ['--backend gpu', 'there is no backend "gpu"; there are native, reference'],
  ])('%s', async (options, sentence) => {
    const argv = ['train', 'two-layer', '--data', join(folder, 'data'), '--out', join(folder, 'runs')];
    const { code, err } = await run([...argv, '--backend', 'reference', ...options.split(' ')]);
    expect([code, err]).toEqual([1, `laminet: ${sentence}\n`]);
    expect(await readdir(folder)).toEqual(['data']);
  });

  test.each(['train', 'inspect'])('%s of an unknown network', async (command) => {
    const { code, out, err } = await run([command, 'lenet']);
    const sentence =
      'there is no network "lenet"; there are two-layer, one-conv, lenet5-first, lenet5, lenet5-1998, vgg-small, resnet20';
    expect([code, out, err]).toEqual([1, '', `laminet: ${sentence}\n`]);
  });
});

describe('an error that nobody foresaw', () => {
  const failing = () => {
    const io = captureIo();
    const write = (): never => {
      throw new TypeError('a\nbug');
    };
    return { io, broken: { ...io, stdout: Object.assign(io.stdout, { write }) } };
  };

  test('is one sentence, too', async () => {
    const { io, broken } = failing();
    expect(await runCli(['inspect', 'lenet5'], broken)).toBe(1);
    expect(io.stderr.text).toBe('laminet: unexpected error: a bug (set LAMINET_DEBUG=1 for the stack)\n');
  });

  test('shows its stack when asked', async () => {
    const { io, broken } = failing();
    await runCli(['inspect', 'lenet5'], { ...broken, env: { LAMINET_DEBUG: '1' } });
    expect(io.stderr.text).toContain('usage.test.ts');
  });
});
