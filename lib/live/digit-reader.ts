import { LaminetError } from '../errors';
import { observingModel } from '../model/layer-outputs';
import type { Model, ModelOptions } from '../model/model';
import { samplePicture, toDataUri } from '../run/report/pictures';
import { isDistribution } from '../run/report/test-result';
import { formatShape, sizeOf } from '../tensor/shape';
import { DIGIT_SIDE, type Drawing, toDigitImage } from './drawn-digit';
import { layerPicture, MOST_MAPS } from './layer-picture';

/** What a network makes of a drawing. Pictures are addresses that hold them. */
export interface Reading {
  /** What the network sees. */
  readonly picture: string;
  /** One a class. */
  readonly outputs: readonly number[];
  /** Whether the outputs are probabilities. */
  readonly probabilities: boolean;
  /** In the order of the network. */
  readonly layers: readonly LayerReading[];
}

/** What a layer makes of it. */
export interface LayerReading {
  readonly name: string;
  /** What the picture shows. */
  readonly description: string;
  readonly picture: string;
}

/** Reads drawings with a network of digits. */
export class DigitReader {
  readonly #model: Model;
  /** Empty pixels on each side of a digit. */
  readonly #border: readonly [number, number];

  /**
   * Takes a copy of a model's parameters.
   * Error: `E_SHAPE` for a network that takes anything but one channel of at least 28x28 pixels, or has several outputs.
   */
  constructor(model: Model, options: Pick<ModelOptions, 'backend' | 'threads'> = {}) {
    const { inputs, inputShape, outputs } = model.graph;
    const [channels, height = 0, width = 0] = inputShape;
    const fits = inputShape.length === 3 && channels === 1 && Math.min(height, width) >= DIGIT_SIDE;
    if (inputs.length !== 1 || outputs.length !== 1 || !fits) {
      throw new LaminetError(
        'E_SHAPE',
        `${model.name} takes samples of ${formatShape(inputShape)}; expected one input of one channel and at least ${DIGIT_SIDE}x${DIGIT_SIDE} pixels, and one output, to draw digits for`,
        { found: inputShape },
      );
    }
    this.#border = [Math.floor((height - DIGIT_SIDE) / 2), Math.floor((width - DIGIT_SIDE) / 2)];
    // Every number of every layer is an output; what the loss is does not matter to predictions.
    this.#model = observingModel(model).compile({ loss: 'mse', ...options });
  }

  get backendDescription(): string {
    return this.#model.backendDescription;
  }

  /** What the network makes of a drawing. */
  read(drawing: Drawing): Reading {
    const { graph } = this.#model;
    const image = this.#pad(toDigitImage(drawing));
    const { outputs } = this.#model.predictSync(image);
    const layers = outputs.map(({ name, data, shape: [, ...shape] }): LayerReading => {
      const maps = shape[0] ?? 1;
      const which = maps > MOST_MAPS ? `the first ${MOST_MAPS} of ${maps}` : `${maps}`;
      const what = shape.length === 3 ? `maps of ${formatShape(shape.slice(1))}` : 'numbers';
      return { name, description: `${which} ${what}`, picture: toDataUri(layerPicture(data, shape)) };
    });
    const last = Array.from(outputs.at(-1)?.data ?? []);
    const seen = Float64Array.from(image, (byte) => byte / 255);
    return {
      picture: toDataUri(samplePicture(seen, graph.inputShape)),
      outputs: last,
      probabilities: isDistribution(last),
      layers,
    };
  }

  dispose(): void {
    this.#model.dispose();
  }

  #pad(digit: Uint8Array): Uint8Array {
    const { inputShape } = this.#model.graph;
    const width = inputShape[2] ?? DIGIT_SIDE;
    const [top, left] = this.#border;
    const image = new Uint8Array(sizeOf(inputShape));
    for (let row = 0; row < DIGIT_SIDE; row++) {
      image.set(digit.subarray(row * DIGIT_SIDE, (row + 1) * DIGIT_SIDE), (top + row) * width + left);
    }
    return image;
  }
}
