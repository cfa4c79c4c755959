import type { NetworkNode } from '../layers/node';
import type { LossName } from '../losses/loss';
import type { Shape } from '../tensor/shape';

/** How a network is trained where nothing else is asked for: plain gradient descent with these settings. */
export interface NetworkDefaults {
  readonly loss: LossName;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
}

/** A network that comes with the library. */
export interface NetworkDefinition {
  readonly name: string;
  /** A line on what it is. */
  readonly description: string;
  /** What one sample looks like, padding included. */
  readonly inputShape: Shape;
  readonly defaults: NetworkDefaults;
  /** Leads a node of {@link inputShape} through the network's layers, made anew, to its output. */
  outputs(inputs: NetworkNode): NetworkNode;
}
