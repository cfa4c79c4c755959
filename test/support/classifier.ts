import type { Plan, RunRequest } from '../../lib/backends/backend';
import { dense } from '../../lib/layers/dense';
import { crossEntropy } from '../../lib/losses/loss';
import { chain } from '../../lib/model/graph';
import type { Program } from '../../lib/ops/program';
import { sgd } from '../../lib/optimizers/optimizer';
import type { Precision } from '../../lib/tensor/storage';
import type { TestTarget } from './backends';
import { normals, randomLabels } from './random';
import { makeRequest } from './request';
import { compilePlain, placeParameters } from './single-op';

/** A small network and ten samples of three classes, for tests of how programs are run rather than of what they compute. */
export const graph = chain([4], [dense({ units: 6, activation: 'tanh' }), dense({ units: 3 })]);

export const SAMPLES = 10;

/** The network's training program. */
export function trainingProgram(batchSize: number): Program {
  return compilePlain(graph, {
    purpose: 'train',
    batchSize,
    targets: 'classes',
    loss: crossEntropy({ fromLogits: true }),
    optimizer: sgd(),
  });
}

/** Four samples a step: ten samples make two whole steps and half of one. */
export const program = trainingProgram(4);

/** A request on the ten samples, the same each time. */
export function request(precision: Precision, order?: readonly number[], learningRate = 0.1): RunRequest {
  return makeRequest(program, precision, {
    samples: normals(SAMPLES * 4, 1),
    targets: randomLabels(SAMPLES, 3, 2),
    parameters: placeParameters(graph, precision, (_, index) => normals(graph.parameters[index]?.size ?? 0, 3 + index)),
    learningRate,
    ...(order && { order }),
  });
}

/** A plan for the program on a target. */
export function newPlan({ backend, precision, threads }: TestTarget, planned: Program = program): Plan {
  return backend.plan(planned, { precision, threads });
}
