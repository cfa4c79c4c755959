import { formatShape, sizeOf } from '../tensor/shape';
import { nameAt } from './description';
import { trainedCount } from './frozen';
import { type Graph, isChain } from './graph';

/** What one layer costs. */
interface LayerCost {
  readonly name: string;
  readonly kind: string;
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** Multiplications and additions of a forward pass of one sample. A training step takes about three times as many. */
  readonly flops: number;
  /** Bytes of the output of one sample, in float32. */
  readonly outputBytes: number;
  /** What feeds it. */
  readonly sources: readonly string[];
}

/** The costs of a network, layer by layer. */
export function layerCosts(graph: Graph): LayerCost[] {
  return graph.nodes.map((node) => ({
    name: node.name,
    kind: node.layer.kind,
    outputShape: node.built.outputShape,
    // A layer that is used again has its parameters already.
    parameters:
      node.name === node.layerName
        ? node.parameters.reduce((sum, index) => sum + (graph.parameters[index]?.size ?? 0), 0)
        : 0,
    flops: node.built.flops,
    outputBytes: sizeOf(node.built.outputShape) * 4,
    sources: node.inputs.map((place) => nameAt(graph, place)),
  }));
}

const number = (value: number): string => value.toLocaleString('en-US');

/** The columns of words; the others hold numbers. */
const WORDS: readonly number[] = [0, 1, 5];

/** Lays rows out in columns: words to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return WORDS.includes(column) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/**
 * A network as a table: a line a layer with its output's shape, parameters, work and memory for one sample; where layers do
 * not simply follow one another, what feeds each, too. Where some parameters are not trained (running statistics, and those of
 * frozen layers), a last line tells how many.
 */
export function summarizeGraph(name: string, graph: Graph, frozen: ReadonlySet<string> = new Set()): string {
  const costs = layerCosts(graph);
  const total = (pick: (cost: LayerCost) => number): string => number(costs.reduce((sum, cost) => sum + pick(cost), 0));
  const sources = (...names: readonly string[]): string[] => (isChain(graph) ? [] : [names.join(', ')]);
  const rows = [
    ['layer', 'output', 'parameters', 'FLOPs/sample', 'bytes/sample', ...sources('connected to')],
    ...graph.inputs.map(({ name: input, shape }) => [input, formatShape(shape), '0', '0', number(sizeOf(shape) * 4)]),
    ...costs.map((cost) => [
      cost.name,
      formatShape(cost.outputShape),
      number(cost.parameters),
      number(cost.flops),
      number(cost.outputBytes),
      ...sources(...cost.sources),
    ]),
    ['total', '', total((cost) => cost.parameters), total((cost) => cost.flops), total((cost) => cost.outputBytes)],
  ];
  const untrained = costs.reduce((sum, cost) => sum + cost.parameters, 0) - trainedCount(graph, frozen);
  const note = untrained > 0 ? [`${number(untrained)} of the parameters are not trained`] : [];
  return [name, ...table(rows), ...note].join('\n');
}
