import type { Graph } from '../../model/graph';
import { layerCosts } from '../../model/summary';
import { formatShape, type Shape } from '../../tensor/shape';
import { type Markup, markup } from '../markup';
import { listTable } from './sections';

/** A box of the drawing. */
interface Box {
  readonly name: string;
  readonly shape: Shape;
  readonly parameters: number;
  /** The boxes that feed it, by their places. */
  readonly sources: readonly number[];
}

const ROW = 58;
const BOX = { left: 78, width: 250, height: 42 } as const;
const WIDTH = 390;
/** Boxes that stay together on paper. */
const ROWS_TOGETHER = 5;

/**
 * A network as a drawing from the input down: a box a layer with its output's shape, and beside it that shape as a figure. It is
 * cut into pieces between which a page may end.
 */
export function drawNetwork(name: string, graph: Graph): Markup {
  const boxes = toBoxes(graph);
  const tallest = Math.max(1, ...boxes.map(({ shape }) => (shape.length === 3 ? (shape[1] as number) : 1)));
  const rows = boxes.map(
    (box, row) =>
      markup`<g transform="translate(0 ${row * ROW})">${figure(box.shape, tallest)}<rect x="${BOX.left}" y="4" width="${BOX.width}" height="${BOX.height}" rx="6" class="box"/><text x="${BOX.left + 12}" y="21" font-weight="600">${box.name}</text><text x="${BOX.left + 12}" y="38" class="quiet">${describe(box)}</text></g>`,
  );
  const arrows = boxes.flatMap(({ sources }, row) => sources.map((source) => ({ from: source, to: row })));
  const pieces = Array.from({ length: Math.ceil(boxes.length / ROWS_TOGETHER) }, (_, index) => {
    const [first, end] = [index * ROWS_TOGETHER, Math.min((index + 1) * ROWS_TOGETHER, boxes.length)];
    const passing = arrows.filter(({ from, to }) => from < end && to >= first).map(({ from, to }) => arrow(from, to));
    return markup`<svg viewBox="0 ${first * ROW} ${WIDTH} ${(end - first) * ROW}" aria-hidden="true" font-size="13">${passing}${rows.slice(first, end)}</svg>`;
  });
  return markup`<div role="img" class="network" aria-label="The layers of ${name} with the shapes of their outputs">${pieces}</div>${asTable(boxes)}`;
}

/** The same in words, for whoever cannot see the drawing. */
function asTable(boxes: readonly Box[]): Markup {
  const rows = boxes.map(({ name, shape, parameters, sources }) => [
    name,
    formatShape(shape),
    parameters.toLocaleString('en-US'),
    sources.map((source) => boxes[source]?.name ?? '').join(' and '),
  ]);
  return markup`<details><summary>The layers as a table</summary>${listTable('The layers with the shapes of their outputs', ['layer', 'output', 'parameters', 'input from'], rows)}</details>`;
}

function toBoxes(graph: Graph): Box[] {
  const inputs = graph.inputs.map(({ name, shape }) => ({ name, shape, parameters: 0, sources: [] }));
  const costs = layerCosts(graph);
  // A source of -1 is the first input, -2 the second.
  const placeOf = (source: number): number => (source < 0 ? -1 - source : inputs.length + source);
  const layers = graph.nodes.map((node, index) => ({
    name: node.name,
    shape: node.built.outputShape,
    parameters: costs[index]?.parameters ?? 0,
    sources: node.inputs.map(placeOf),
  }));
  return [...inputs, ...layers];
}

function describe({ shape, parameters, sources }: Box): string {
  const size = sources.length === 0 ? `${formatShape(shape)} in` : `${formatShape(shape)} out`;
  return parameters === 0 ? size : `${size}, ${parameters.toLocaleString('en-US')} parameters`;
}

/** Sheets one behind the other for the maps of an image, a bar for a row of numbers. */
function figure(shape: Shape, tallest: number): Markup {
  if (shape.length === 3) {
    const [channels = 1, height = 1] = shape;
    const side = round(6 + 22 * Math.sqrt(height / tallest));
    const sheets = Math.min(6, 1 + Math.floor(Math.log2(channels)));
    const left = 36 - (side + 3 * (sheets - 1)) / 2;
    const top = 25 - (side + 3 * (sheets - 1)) / 2;
    return markup`<g class="figure">${Array.from({ length: sheets }, (_, index) => markup`<rect x="${round(left + 3 * index)}" y="${round(top + 3 * index)}" width="${side}" height="${side}"/>`)}</g>`;
  }
  const length = round(Math.min(44, 6 + 5 * Math.log2(1 + (shape[0] ?? 1))));
  return markup`<g class="figure"><rect x="32" y="${round(25 - length / 2)}" width="8" height="${length}"/></g>`;
}

/** Down from the layer before; from one further up, past the boxes between. */
function arrow(from: number, to: number): Markup {
  const middle = BOX.left + BOX.width / 2;
  const start = from * ROW + 4 + BOX.height;
  if (to === from + 1) return markup`<path d="M${middle} ${start}v10m-4 -4l4 4l4 -4" class="arrow"/>`;
  const right = BOX.left + BOX.width;
  const bulge = right + 14 + 8 * Math.min(4, to - from);
  const end = to * ROW + 4 + BOX.height / 2;
  return markup`<path d="M${right} ${start - BOX.height / 2}C${bulge} ${start - BOX.height / 2} ${bulge} ${end} ${right + 2} ${end}m5 -4l-5 4l5 4" class="arrow"/>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
