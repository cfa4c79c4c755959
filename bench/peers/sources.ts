import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { firstLine, type PeerSource } from './peer';
import { openPeerProcess } from './peer-process';
import type { Setting } from './protocol';

/** Where peers are built and installed. */
const FOLDER = path.resolve('build/peers');
const CHILDREN = path.resolve('bench/peers/children');
const NO_LAYOUT = '-';

const run = promisify(execFile);

const trainAndInfer = [
  { task: 'train', network: 'lenet5' },
  { task: 'infer', network: 'lenet5' },
] as const;

/** One thread, and as many as laminet has. */
function settingsOf(threads: number, layouts: readonly string[]): Setting[] {
  return [...new Set([threads, 1])].flatMap((count) => layouts.map((layout) => ({ threads: count, layout })));
}

/** The first Python that has PyTorch. Settings for a BLAS that were meant for other programs are left out. */
export function pytorch(threads: number, python: string | undefined): PeerSource {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, OMP_NUM_THREADS: _threads, ...env } = process.env;
  const candidates = python ? [python] : ['python3', '/usr/bin/python3', '/usr/local/bin/python3'];
  return {
    name: 'PyTorch',
    async open() {
      for (const command of candidates) {
        const found = await run(command, ['-c', 'import torch'], { env }).then(
          () => true,
          () => false,
        );
        if (!found) continue;
        return openPeerProcess(
          { command, args: [path.join(CHILDREN, 'pytorch.py')], env },
          {
            name: 'PyTorch',
            calledFrom: 'Python',
            tasks: [...trainAndInfer, { task: 'train', network: 'vgg-small' }],
            settings: settingsOf(threads, ['contiguous', 'channels_last']),
          },
        );
      }
      throw new Error(`no torch in ${candidates.join(', ')} (Debian: python3-torch with libopenblas0-openmp)`);
    },
  };
}

/** Compiled here once; again when its source is newer than the program. */
export function tinyDnn(threads: number): PeerSource {
  return {
    name: 'tiny-dnn',
    async open() {
      const include = ['/usr/include', '/usr/local/include'].find((folder) =>
        existsSync(path.join(folder, 'tiny_dnn/tiny_dnn.h')),
      );
      if (!include) {
        throw new Error('no tiny_dnn/tiny_dnn.h (Debian: tiny-dnn libcereal-dev libstb-dev libgemmlowp-dev)');
      }
      const source = path.join(CHILDREN, 'tiny-dnn.cc');
      const program = path.join(FOLDER, 'tiny-dnn');
      if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
        // Its headers look for stb in third_party/, where their own repository has it and a system does not.
        const shims = path.join(FOLDER, 'include');
        mkdirSync(shims, { recursive: true });
        if (!existsSync(path.join(shims, 'third_party'))) symlinkSync(include, path.join(shims, 'third_party'));
        const flags = ['-std=c++14', '-O3', '-march=native', '-fopenmp', '-DCNN_USE_OMP', '-DCNN_USE_AVX', '-w'];
        await run('g++', [...flags, '-I', include, '-I', shims, source, '-o', program]);
      }
      const peer = await openPeerProcess(
        { command: program, args: [] },
        {
          name: 'tiny-dnn',
          calledFrom: 'C++',
          tasks: trainAndInfer,
          settings: settingsOf(threads, [NO_LAYOUT]),
        },
      );
      const version = await run('dpkg-query', ['--show', 'tiny-dnn']).then(
        ({ stdout }) => `${stdout.trim().split('\t')[1]}, `,
        () => '',
      );
      return { ...peer, description: `${version}${peer.description}` };
    },
  };
}

/** Installs packages into the bench's own folder, none of whose install scripts run: nothing is downloaded by them. */
async function installPackages(packages: Record<string, string>): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const manifest = path.join(FOLDER, 'package.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const missing = Object.entries(packages).filter(
    ([name]) => !existsSync(path.join(FOLDER, 'node_modules', name, 'package.json')),
  );
  if (missing.length === 0) return;
  const names = missing.map(([name, version]) => `${name}@${version}`);
  await run('npm', ['install', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund', ...names]).catch(
    (error: unknown) => {
      throw new Error(`npm could not install ${names.join(', ')}: ${firstLine(error)}`);
    },
  );
}

/** A peer that comes from npm and runs in a Node process of its own. */
function npmPeer(
  name: string,
  child: string,
  packages: Record<string, string>,
  peer: Pick<Awaited<ReturnType<PeerSource['open']>>, 'tasks' | 'settings'>,
): PeerSource {
  return {
    name,
    async open() {
      await installPackages(packages);
      const register = path.resolve('scripts/register-typescript.cjs');
      const launch = { command: process.execPath, args: ['-r', register, path.join(CHILDREN, child)] };
      return openPeerProcess(launch, { name, calledFrom: 'JavaScript', ...peer });
    },
  };
}

export const convNetJs = (): PeerSource =>
  npmPeer(
    'ConvNetJS',
    'convnetjs.ts',
    { convnetjs: '0.3.0' },
    { tasks: trainAndInfer, settings: settingsOf(1, ['-']) },
  );

export function tensorflowJs(): PeerSource {
  const names = ['core', 'layers', 'backend-cpu'];
  const packages = Object.fromEntries(names.map((name) => [`@tensorflow/tfjs-${name}`, '4.22.0']));
  const settings = settingsOf(1, [NO_LAYOUT]);
  return npmPeer('TensorFlow.js', 'tensorflowjs.ts', packages, { tasks: trainAndInfer, settings });
}

export function onnxRuntime(threads: number): PeerSource {
  const tasks = [{ task: 'infer', network: 'lenet5' }] as const;
  const settings = settingsOf(threads, [NO_LAYOUT]);
  return npmPeer('onnxruntime-node', 'onnxruntime.ts', { 'onnxruntime-node': '1.30.0' }, { tasks, settings });
}
