import type { Command } from 'commander';
import { checkGradients, type GradientReport, type TensorCheck } from '../doctor/gradient-check';
import type { Graph } from '../model/graph';
import { NETWORK_ARGUMENT, openNetwork } from './network-argument';
import { checkWhole, parseNumber } from './options';
import type { CommandContext } from './terminal';

interface GradcheckOptions {
  readonly seed: number;
  readonly samples: number;
  readonly elements: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Verdicts:
  right     no element's relative error is above 1e-6, but for what the rounding of the differences explains
  wrong     some element's is: the layer's backward step has a mistake
  constant  the outputs do not depend on the tensor, and its gradient is zero
  untested  nothing is known: every gradient is zero, or too many elements lie at a kink

Examples:
  $ laminet gradcheck lenet5
  $ laminet gradcheck runs/2026-03-05-14-07-09-lenet5 --elements 8
  $ laminet gradcheck ./my-network.mjs --json

Exit codes: 0 every gradient is right, 1 some are not, or an error.`;

const FAILED = 1;

/** Adds `laminet gradcheck`. */
export function addGradcheckCommand(program: Command, context: CommandContext): void {
  program
    .command('gradcheck')
    .summary("compare a network's gradients with differences, layer by layer")
    .description(
      'Checks each layer by itself, then the whole network: gradients as the program computes them, against central differences of the outputs in double precision, at random inputs and parameters.',
    )
    .argument('<network>', NETWORK_ARGUMENT)
    .option('--seed <n>', 'of the random inputs and parameters', parseNumber, 0)
    .option('--samples <n>', 'samples in the batch', parseNumber, 2)
    .option('--elements <n>', 'the most elements of a tensor that are measured', parseNumber, 16)
    .option('--json', 'print what was found as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((network: string, options: GradcheckOptions) => gradcheck(network, options, context));
}

async function gradcheck(network: string, options: GradcheckOptions, context: CommandContext): Promise<void> {
  const seed = checkWhole('--seed', options.seed, 0);
  const samples = checkWhole('--samples', options.samples, 1);
  const elements = checkWhole('--elements', options.elements, 1);
  const { print, io } = context;
  const model = await openNetwork(network);
  try {
    const asked = { seed, samples, elements, ...(io.signal ? { signal: io.signal } : {}) };
    if (options.json) {
      const report = await checkGradients(model.graph, asked);
      print(JSON.stringify({ name: model.name, seed, samples, elements, ...report }));
      if (!report.ok) context.exitWith(FAILED);
      return;
    }
    const table = new VerdictTable(model.graph, context);
    table.heading();
    const report = await checkGradients(model.graph, {
      ...asked,
      onLayer: ({ layer, tensors }) => table.rows(layer, tensors),
    });
    table.rows('network', report.network);
    print(conclusion(report));
    if (!report.ok) context.exitWith(FAILED);
  } finally {
    model.dispose();
  }
}

/** A row a tensor, printed as they come: the columns are as wide as the network's names need. */
class VerdictTable {
  readonly #context: CommandContext;
  readonly #widths: readonly [layer: number, tensor: number];

  constructor(graph: Graph, context: CommandContext) {
    const longest = (words: readonly string[]): number => Math.max(...words.map(({ length }) => length));
    this.#context = context;
    this.#widths = [
      longest(['network', ...graph.nodes.map(({ name }) => name)]),
      longest(['tensor', ...graph.parameters.map(({ name }) => name)]),
    ];
  }

  heading(): void {
    this.#context.print(this.#row('layer', 'tensor', 'largest relative error', 'verdict'));
  }

  rows(layer: string, tensors: readonly TensorCheck[]): void {
    const colors = this.#context.colors();
    for (const [index, { tensor, verdict, observedError }] of tensors.entries()) {
      const word =
        verdict === 'wrong' ? colors.red(verdict) : verdict === 'untested' ? colors.yellow(verdict) : verdict;
      this.#context.print(this.#row(index === 0 ? layer : '', tensor, formatError(observedError), word));
    }
  }

  #row(layer: string, tensor: string, error: string, verdict: string): string {
    const [layers, tensors] = this.#widths;
    return `${layer.padEnd(layers)}  ${tensor.padEnd(tensors)}  ${error.padStart('largest relative error'.length)}  ${verdict}`;
  }
}

/** A relative error with two digits. */
function formatError(error: number): string {
  return Number.isFinite(error) && error > 0 ? error.toExponential(1) : String(error);
}

/** What to think of it, in a sentence; of the worst element, both values. */
function conclusion({ ok, guilty, layers, network }: GradientReport): string {
  if (ok) return 'every gradient is right';
  const [culprit] = layers.filter(({ layer }) => guilty.includes(layer));
  const suspects = culprit?.tensors ?? network;
  const tensor =
    suspects.find(({ verdict }) => verdict === 'wrong') ?? suspects.find(({ verdict }) => verdict === 'untested');
  const where = culprit
    ? `the gradients of ${guilty.join(', ')}`
    : 'the gradients of the network, though not of any layer by itself,';
  if (tensor?.verdict !== 'wrong') return `${where} could not be tested`;
  const { index, analytic, numeric } = tensor.worst;
  return `${where} are wrong: for element ${index} of ${tensor.tensor} the backward step gives ${analytic.toPrecision(6)}, differences give ${numeric.toPrecision(6)}`;
}
