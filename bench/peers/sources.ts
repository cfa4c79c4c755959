import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { LAYER_CASES, layerSubject } from './layer-cases';
import { OPTIMIZER_CASES, OPTIMIZER_NETWORK, OPTIMIZER_RATE } from './optimizer-cases';
import { type Ability, firstLine, type Peer, type PeerSource, settingsOf } from './peer';
import { openPeerProcess } from './peer-process';
import type { Setting } from './protocol';

/** Where peers are built and installed. */
const FOLDER = path.resolve('build/peers');
const CHILDREN = path.resolve('bench/peers/children');

const run = promisify(execFile);

const lenet5Abilities = (settings: readonly Setting[]): Ability[] => [
  { task: 'train', subject: 'lenet5', settings },
  { task: 'infer', subject: 'lenet5', settings },
];

function pytorchAbilities(threads: number): Ability[] {
  const settings = settingsOf(threads, ['contiguous', 'channels_last']);
  return [
    ...lenet5Abilities(settings),
    ...['vgg-small', 'resnet20'].map((subject) => ({ task: 'train', subject, settings }) as const),
    ...LAYER_CASES.map((each) => ({ task: 'layer', subject: layerSubject(each), settings }) as const),
    ...OPTIMIZER_CASES.filter(({ torch }) => torch).map(
      ({ name }) => ({ task: 'optimizer', subject: name, settings: settingsOf(threads, ['foreach', 'loop']) }) as const,
    ),
  ];
}

/** What it cannot know by itself: layers, optimizers and the network that these train. */
const pytorchCases = (): string =>
  JSON.stringify({
    layers: Object.fromEntries(LAYER_CASES.map((each) => [layerSubject(each), [each.torch, each.shape]])),
    optimizers: Object.fromEntries(OPTIMIZER_CASES.map(({ name, torch }) => [name, torch])),
    widths: OPTIMIZER_NETWORK,
    rate: OPTIMIZER_RATE,
  });

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
          { command, args: [path.join(CHILDREN, 'pytorch.py'), pytorchCases()], env },
          { name: 'PyTorch', calledFrom: 'Python', abilities: pytorchAbilities(threads) },
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
        { name: 'tiny-dnn', calledFrom: 'C++', abilities: lenet5Abilities(settingsOf(threads)) },
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
  abilities: Peer['abilities'],
): PeerSource {
  return {
    name,
    async open() {
      await installPackages(packages);
      const register = path.resolve('scripts/register-typescript.cjs');
      const launch = { command: process.execPath, args: ['-r', register, path.join(CHILDREN, child)] };
      return openPeerProcess(launch, { name, calledFrom: 'JavaScript', abilities });
    },
  };
}

export const convNetJs = (): PeerSource =>
  npmPeer('ConvNetJS', 'convnetjs.ts', { convnetjs: '0.3.0' }, lenet5Abilities(settingsOf(1)));

export function tensorflowJs(): PeerSource {
  const names = ['core', 'layers', 'backend-cpu'];
  const packages = Object.fromEntries(names.map((name) => [`@tensorflow/tfjs-${name}`, '4.22.0']));
  return npmPeer('TensorFlow.js', 'tensorflowjs.ts', packages, lenet5Abilities(settingsOf(1)));
}

export function onnxRuntime(threads: number): PeerSource {
  const abilities = [{ task: 'infer', subject: 'lenet5', settings: settingsOf(threads) }] as const;
  return npmPeer('onnxruntime-node', 'onnxruntime.ts', { 'onnxruntime-node': '1.30.0' }, abilities);
}
