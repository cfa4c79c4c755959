import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../lib/cli/run-cli';
import { captureIo } from '../support/captured-output';
import { writeMnistFolder } from '../support/mnist-folder';

let folder: string;
let run: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'laminet-report-'));
  const [data, out] = [join(folder, 'data'), join(folder, 'runs')];
  await writeMnistFolder(data);
  const train = ['train', 'two-layer', '--data', data, '--out', out, '--backend', 'reference', '--epochs', '1'];
  expect(await runCli(train, captureIo())).toBe(0);
  run = join(out, (await readdir(out))[0] ?? '');
});

afterEach(() => rm(folder, { recursive: true }));

test('makes the same report from the folder that training has left', async () => {
  const files = ['report.html', 'curves.svg', 'curves.png'].map((name) => join(run, name));
  const contents = () => Promise.all(files.map((file) => readFile(file, 'latin1')));
  const left = await contents();
  for (const file of files) await rm(file);
  const io = captureIo();
  expect(await runCli(['report', run, '--backend', 'reference'], io)).toBe(0);
  expect(io.stdout.text).toBe(`report: ${join(run, 'report.html')}\n`);
  expect(await contents()).toEqual(left);
  expect(left[0]).toContain('The worst mistakes');
});

test('a folder that is no run is refused', async () => {
  const io = captureIo();
  expect(await runCli(['report', folder], io)).toBe(1);
  expect(io.stderr.text).toMatch(/^laminet: cannot read .*config\.json: there is no such file or folder\n$/);
});
