import { types } from 'node:util';
import { LaminetError } from '../errors';
import type { Program } from '../ops/program';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Precision } from '../tensor/storage';
import type { RunRequest } from './backend';

/** The kinds of arrays that a request is made of, told by their tags: `instanceof` fails for those of another realm. */
const KINDS = {
  float32: { name: 'a Float32Array', test: types.isFloat32Array },
  float64: { name: 'a Float64Array', test: types.isFloat64Array },
  uint8: { name: 'a Uint8Array', test: types.isUint8Array },
  int32: { name: 'an Int32Array', test: types.isInt32Array },
  uint32: { name: 'a Uint32Array', test: types.isUint32Array },
} as const;

type Kind = keyof typeof KINDS;

function refuse(field: string, found: string, expected: string): never {
  throw new LaminetError('E_DATA', `a run's ${field}: expected ${expected}, found ${found}`, {
    field,
    found,
    expected,
  });
}

/** Throws unless `value` is a typed array of that kind with at least `least` elements. */
function requireArray(field: string, value: unknown, kind: Kind, least: number): void {
  const { name, test } = KINDS[kind];
  if (!test(value)) {
    refuse(field, value === undefined ? 'nothing' : Object.prototype.toString.call(value).slice(8, -1), name);
  }
  const { length } = value as { length: number };
  if (length < least) refuse(field, `${length}`, `${name} of ${least} numbers`);
}

/** Throws unless `value` is left out or is a whole number that is exact, and not below 0. */
function requireWhole(field: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)) return;
  refuse(field, String(value), 'a whole number from 0 to 2^53 - 1');
}

/** Data may be narrower than the run: data sets hold float32, and widening it is exact. */
function dataKind(precision: Precision, data: unknown): Kind {
  return types.isFloat32Array(data) ? 'float32' : precision;
}

/** The number of samples that the request brings. */
function checkSamples(program: Program, precision: Precision, request: RunRequest): number {
  const { source } = program;
  const size = sizeOf(source.shape);
  const kind = source.kind === 'uint8' ? 'uint8' : dataKind(precision, request.samples);
  requireArray('samples', request.samples, kind, 0);
  if (request.samples.length % size !== 0) {
    refuse('samples', `${request.samples.length} numbers`, `whole samples of ${formatShape(source.shape)}`);
  }
  return request.samples.length / size;
}

/** Whether a program reads class numbers: then how many classes there are, else 0. */
function labelClasses(program: Program): number {
  const reader = program.instructions.find(({ geometry }) => geometry.labels === 1);
  const classes = reader?.geometry.classes;
  return typeof classes === 'number' ? classes : 0;
}

function checkTargets(program: Program, precision: Precision, request: RunRequest, sampleCount: number): void {
  const tensor = program.tensors.find(({ role }) => role === 'targets');
  if (!tensor) return;
  const width = sizeOf(tensor.shape);
  const kind = tensor.kind === 'label' ? 'int32' : dataKind(precision, request.targets);
  requireArray('targets', request.targets, kind, sampleCount * width);
}

/** Every entry must name a sample and, where the program reads class numbers, one whose class exists. */
function checkOrder(program: Program, request: RunRequest, sampleCount: number): void {
  const { order, targets } = request;
  const classes = labelClasses(program);
  for (let entry = 0; entry < order.length; entry++) {
    const sample = order[entry] as number;
    if (sample >= sampleCount) refuse('order', `${sample} at entry ${entry}`, `numbers below ${sampleCount}`);
    if (classes === 0) continue;
    const label = targets?.[sample] as number;
    if (!(label >= 0 && label < classes)) {
      refuse('targets', `class ${label} at sample ${sample}`, `classes from 0 to ${classes - 1}`);
    }
  }
}

/**
 * Checks all that a run is given before its first step, so that no backend reads or writes beside an array: the kind and
 * length of every array, that `order` names samples and labels name classes.
 *
 * Errors: `E_DATA`, naming the field, what was found and what is expected; `E_STATE` where a program that updates is run
 * without learning rates.
 */
export function checkRequest(program: Program, precision: Precision, request: RunRequest): void {
  requireArray('parameters', request.parameters, precision, program.parameterElements);
  if (program.tensors.some(({ role }) => role === 'gradient')) {
    requireArray('gradients', request.gradients, precision, program.parameterElements);
  }
  requireArray('order', request.order, 'uint32', 0);
  if (program.weighted) requireArray('weights', request.weights, precision, request.order.length);
  requireArray('control', request.control, 'int32', 2);
  const steps = Math.ceil(request.order.length / program.batchSize);
  if (program.loss >= 0) requireArray('losses', request.losses, 'float64', steps);
  if (program.correct >= 0) requireArray('correct', request.correct, 'float64', steps);
  if (program.penalty >= 0) requireArray('penalties', request.penalties, 'float64', steps);
  const updates = Math.ceil(steps / program.stepsPerUpdate);
  if (program.instructions.some(({ phase }) => phase === 'update')) {
    if (request.learningRates === undefined) {
      throw new LaminetError('E_STATE', 'the program updates parameters, but the run has no learning rates', {
        field: 'learningRates',
      });
    }
    requireArray('learningRates', request.learningRates, 'float64', updates);
  }
  if (program.stateSlots > 0) {
    const expected = program.stateSlots * program.parameterElements;
    requireArray('state', request.state, precision, expected);
    if (request.state?.length !== expected) refuse('state', `${request.state?.length}`, `${expected} numbers`);
  }
  requireWhole('seed', request.seed);
  requireWhole('stepsBefore', request.stepsBefore);
  requireWhole('epoch', request.epoch);
  if (program.stepFactors > 0) requireArray('factors', request.factors, 'float64', updates * program.stepFactors);
  if (request.results.length !== program.results.length) {
    refuse('results', `${request.results.length}`, `${program.results.length} arrays`);
  }
  for (const [index, id] of program.results.entries()) {
    const size = sizeOf(program.tensors[id]?.shape ?? []);
    requireArray(`results[${index}]`, request.results[index], precision, request.order.length * size);
  }
  const sampleCount = checkSamples(program, precision, request);
  checkTargets(program, precision, request, sampleCount);
  checkOrder(program, request, sampleCount);
}
