import { checkGradients, type GradientReport, type TensorCheck } from '../doctor/gradient-check';
import type { NetworkParts } from '../networks/parts';
import type { Laboratory, PostNetworkName } from './laboratory';
import { brief, table } from './markdown';
import { POST_PARTS } from './post';

/** So many elements of each tensor are measured. */
const ELEMENTS = 8;

/** The gradient check of a network of the post. */
export async function checkNetwork(
  laboratory: Laboratory,
  network: PostNetworkName,
  parts: NetworkParts = {},
): Promise<GradientReport> {
  const model = laboratory.model(network, { ...POST_PARTS, ...parts });
  try {
    const { signal } = laboratory;
    const report = await checkGradients(model.graph, {
      seed: laboratory.seed,
      elements: ELEMENTS,
      ...(signal ? { signal } : {}),
    });
    laboratory.report(`${network}, gradient check: ${report.ok ? 'right' : `wrong in ${report.guilty.join(', ')}`}`);
    return report;
  } finally {
    model.dispose();
  }
}

/** Whether the check passes, and the layers that it names where it fails. */
export function verdictOf({ ok, guilty }: GradientReport): string {
  return ok
    ? 'the gradient check **passes**'
    : `the gradient check **fails**, and names ${guilty.map((name) => `\`${name}\``).join(', ')}`;
}

/** What was found, a row a tensor: each layer by itself, then the whole network. */
export function verdictTable({ layers, network }: GradientReport): string {
  const rows = (layer: string, tensors: readonly TensorCheck[]): string[][] =>
    tensors.map(({ tensor, observedError, verdict }, index) => [
      index === 0 ? layer : '',
      tensor,
      brief(observedError, 2),
      verdict === 'right' ? verdict : `**${verdict}**`,
    ]);
  return table(
    ['layer', 'tensor', 'largest relative error', 'verdict'],
    [...layers.flatMap(({ layer, tensors }) => rows(layer, tensors)), ...rows('network', network)],
    [2],
  );
}

/** Both values at the worst element of the first layer that is wrong. */
export function worstOf({ layers }: GradientReport): string | undefined {
  const culprit = layers.find(({ ok }) => !ok);
  const tensor = culprit?.tensors.find(({ verdict }) => verdict === 'wrong');
  if (!culprit || !tensor) return undefined;
  const { index, analytic, numeric } = tensor.worst;
  return `For number ${index} of the ${tensor.tensor} of \`${culprit.layer}\` the backward step gives ${brief(analytic, 6)}, differences give ${brief(numeric, 6)}.`;
}
