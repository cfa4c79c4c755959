import { formatShape, sizeOf } from '../tensor/shape';
import type { Graph } from './graph';

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
}

/** The costs of a network, layer by layer. */
function layerCosts(graph: Graph): LayerCost[] {
  return graph.nodes.map((node) => ({
    name: node.name,
    kind: node.layer.kind,
    outputShape: node.built.outputShape,
    parameters: node.parameters.reduce((sum, index) => sum + (graph.parameters[index]?.size ?? 0), 0),
    flops: node.built.flops,
    outputBytes: sizeOf(node.built.outputShape) * 4,
  }));
}

const number = (value: number): string => value.toLocaleString('en-US');

/** Lays rows out in columns: the first two to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A network as a table: a line a layer with its output's shape, parameters, work and memory for one sample. */
export function summarizeGraph(name: string, graph: Graph): string {
  const costs = layerCosts(graph);
  const total = (pick: (cost: LayerCost) => number): string => number(costs.reduce((sum, cost) => sum + pick(cost), 0));
  const rows = [
    ['layer', 'output', 'parameters', 'FLOPs/sample', 'bytes/sample'],
    ['input', formatShape(graph.inputShape), '0', '0', number(sizeOf(graph.inputShape) * 4)],
    ...costs.map((cost) => [
      cost.name,
      formatShape(cost.outputShape),
      number(cost.parameters),
      number(cost.flops),
      number(cost.outputBytes),
    ]),
    ['total', '', total((cost) => cost.parameters), total((cost) => cost.flops), total((cost) => cost.outputBytes)],
  ];
  return [name, ...table(rows)].join('\n');
}
