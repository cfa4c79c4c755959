import type { Command } from 'commander';
import { toLoss } from '../losses/loss';
import { compileProgram } from '../model/compile';
import { printProgram } from '../model/print-program';
import { summarizeGraph } from '../model/summary';
import type { NetworkDefinition } from '../networks/network';
import { NETWORKS, networkModel, networkNamed } from '../networks/networks';
import type { Program } from '../ops/program';
import { sgd } from '../optimizers/optimizer';
import { sizeOf } from '../tensor/shape';
import { addLossOption, checkWhole, parseNumber, toLossName } from './options';
import { type CommandContext, formatCount } from './terminal';

interface InspectOptions {
  readonly program?: boolean;
  readonly batchSize?: number;
  readonly loss?: string;
}

const EXAMPLES = `
Examples:
  $ laminet inspect lenet5
  $ laminet inspect lenet5 --batch-size 64
  $ laminet inspect two-layer --program --loss crossEntropy`;

const FLOAT_BYTES = 4;

/** Adds `laminet inspect`. */
export function addInspectCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('inspect')
    .summary("show a network's layers, or the program that trains it")
    .description(
      'Prints the layers of a network with their output shapes, parameters, work and memory; with --program, every instruction of a training step.',
    )
    .argument('<network>', `one of ${NETWORKS.map(({ name }) => name).join(', ')}`)
    .option('--program', 'print the instructions of a training step')
    .option('--batch-size <n>', "images a step (default: the network's)", parseNumber);
  addLossOption(command)
    .addHelpText('after', EXAMPLES)
    .action((name: string, options: InspectOptions) => inspect(name, options, context));
}

function inspect(name: string, options: InspectOptions, { print }: CommandContext): void {
  const network = networkNamed(name);
  const batchSize = checkWhole('--batch-size', options.batchSize ?? network.defaults.batchSize, 1);
  const loss = toLossName(options.loss ?? network.defaults.loss);
  const { graph } = networkModel(name);
  const program = compileProgram(graph, {
    purpose: 'train',
    batchSize,
    input: inputOf(network),
    targets: 'classes',
    loss: toLoss(loss),
    optimizer: sgd({ learningRate: network.defaults.learningRate }),
  });
  print(summarizeGraph(name, graph));
  print('');
  print(memoryLine(program));
  if (options.program) {
    print('');
    print(printProgram(program));
  }
}

/** Images of bytes: grey ones with 2 zeros on every side, as MNIST comes, and colour ones as they are. */
function inputOf({ inputShape }: NetworkDefinition): Parameters<typeof compileProgram>[1]['input'] {
  const [channels = 1, height = 1, width = 1] = inputShape;
  const border = channels === 1 ? 2 : 0;
  return {
    source: { kind: 'uint8', shape: [channels, height - 2 * border, width - 2 * border] },
    padding: [border, border, border, border],
    scale: 1 / 255,
  };
}

function memoryLine({ tensors, instructions, batchSize, parameterElements }: Program): string {
  const used = new Set(instructions.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]));
  const perSample = tensors.reduce(
    (sum, { id, batched, shape }) => sum + (batched && used.has(id) ? sizeOf(shape) * FLOAT_BYTES : 0),
    0,
  );
  const fixed = 2 * parameterElements * FLOAT_BYTES;
  return `training in batches of ${formatCount(batchSize)}: ${formatCount(fixed)} bytes of parameters and gradients, at most ${formatCount(perSample * batchSize)} bytes of values under way`;
}
