import type { Layer } from '../../lib/layers/layer';
import { type Shape, sizeOf } from '../../lib/tensor/shape';
import { oracle, type TestTarget } from './backends';
import { normals } from './random';
import { runLayer } from './single-op';
import { expectClose, float32Reduction } from './tolerance';

/** A layer, and what to run it on. */
export interface LayerGeometry {
  readonly layer: Layer;
  readonly inputShape: Shape;
  readonly batch: number;
}

/** Runs a layer on random numbers on the oracle and on some targets, and compares all that they give. */
export function expectLayerParity(
  targets: readonly TestTarget[],
  { layer, inputShape, batch }: LayerGeometry,
  what = '',
): void {
  const { outputShape, parameters } = layer.build(inputShape);
  const run = {
    layer,
    inputShape,
    x: normals(batch * sizeOf(inputShape), 1),
    gy: normals(batch * sizeOf(outputShape), 2),
    parameters: Object.fromEntries(
      parameters.map(({ name, shape, trainable = true }, index) => {
        const values = normals(sizeOf(shape), 3 + index);
        // Running variances are above 0.
        return [name, trainable ? values : values.map((value) => 0.5 + Math.abs(value))];
      }),
    ),
  };
  const expected = runLayer(oracle, run);
  const tolerance = float32Reduction(expected.reduction);
  for (const target of targets) {
    const actual = runLayer(target, run);
    const name = (tensor: string): string => `${tensor}${what} on ${target.name}`;
    expectClose(name('y'), actual.y, expected.y, tolerance);
    expectClose(name('gx'), actual.gx, expected.gx, tolerance);
    for (const [parameter, gradient] of Object.entries(expected.gradients)) {
      expectClose(name(parameter), actual.gradients[parameter] ?? [], gradient, tolerance);
    }
  }
}
