import { differentiate } from '../../lib/model/differentiate';
import { ProgramBuilder } from '../../lib/model/program-builder';
import { dense } from '../../lib/ops/dense';
import { tanh } from '../../lib/ops/elementwise';
import { projection } from '../../lib/ops/loss';
import type { NoAttributes, Op, Value } from '../../lib/ops/op';
import { add } from '../../lib/ops/pairwise';
import type { Geometry } from '../../lib/ops/program';

const FLAT = { kind: 'float', batched: true } as const;

function declare(builder: ProgramBuilder, name: string, shape: readonly number[], batched = true): Value {
  return builder.declare(name, { ...FLAT, shape, batched }, batched ? 'activation' : 'parameter');
}

function project(builder: ProgramBuilder, output: Value): Value {
  return builder.emit(projection, [output, declare(builder, 'targets', output.shape)], { divisor: 1 });
}

it('writes each gradient in reverse, wanted ones where they are wanted', () => {
  const builder = new ProgramBuilder();
  const x = declare(builder, 'x', [4]);
  const weight = declare(builder, 'weight', [3, 4], false);
  const gradWeight = declare(builder, 'grad weight', [3, 4], false);
  builder.layer = 'first';
  const hidden = builder.emit(dense, [x, weight, undefined], {});
  builder.layer = 'second';
  const losses = project(builder, builder.emit(tanh, [hidden], {}));
  const start = builder.instructions.length;

  const gradients = differentiate(builder, [losses], new Map([[weight.id, gradWeight]]));
  const emitted = builder.instructions.slice(start);
  expect(emitted.map(({ op, layer, phase }) => [op, layer, phase])).toEqual([
    ['projectionGrad', 'second', 'backward'],
    ['tanhGrad', 'second', 'backward'],
    ['denseGradWeight', 'first', 'backward'],
  ]);
  expect(gradients.get(weight.id)).toBe(gradWeight);
  expect(emitted[2]?.outputs).toEqual([gradWeight.id]);
  expect(emitted[2]?.inputs).toEqual([emitted[1]?.outputs[0], x.id]);
});

it('declares the gradient of a value as a tensor like the value', () => {
  const builder = new ProgramBuilder();
  const x = declare(builder, 'x', [2, 3]);
  const losses = project(builder, builder.emit(tanh, [x], {}));
  const gradient = differentiate(builder, [losses], new Map([[x.id, undefined]])).get(x.id);
  expect(gradient).toMatchObject({ name: 'grad x', shape: [2, 3], kind: 'float', batched: true, role: 'activation' });
});

it('emits nothing for what the loss does not depend on', () => {
  const builder = new ProgramBuilder();
  const x = declare(builder, 'x', [4]);
  const aside = declare(builder, 'aside', [4]);
  builder.emit(tanh, [aside], {});
  const losses = project(builder, builder.emit(tanh, [x], {}));
  const start = builder.instructions.length;
  expect(differentiate(builder, [losses], new Map([[aside.id, undefined]])).size).toBe(0);
  expect(builder.instructions.length).toBe(start);
});

it('adds up the gradients of a value from its last use to its first', () => {
  const builder = new ProgramBuilder();
  const x = declare(builder, 'x', [3]);
  const slot = { name: 'shared.weight', shape: [3, 3], offset: 0, size: 9 };
  const weight = builder.declareParameter(slot, 0, 'parameter');
  const gradient = builder.declareParameter(slot, 0, 'gradient');
  let value = x;
  for (const layer of ['first', 'second', 'third']) {
    builder.layer = layer;
    value = builder.emit(dense, [value, weight, undefined], {});
  }
  const losses = project(builder, value);
  const start = builder.instructions.length;

  const gradients = differentiate(builder, [losses], new Map([[weight.id, gradient]]));
  const emitted = builder.instructions.slice(start);
  expect(emitted.map(({ op, layer }) => [op, layer])).toEqual([
    ['projectionGrad', 'third'],
    ['denseGradInput', 'third'],
    ['denseGradWeight', 'third'],
    ['denseGradInput', 'second'],
    ['denseGradWeight', 'second'],
    ['add', 'second'],
    ['denseGradWeight', 'first'],
    ['add', 'first'],
  ]);
  const [third, second, sum, first, whole] = [2, 4, 5, 6, 7].map((index) => emitted[index]);
  expect(sum?.inputs).toEqual([third?.outputs[0], second?.outputs[0]]);
  expect(whole?.inputs).toEqual([sum?.outputs[0], first?.outputs[0]]);
  expect(whole?.outputs).toEqual([gradient.id]);
  expect(gradients.get(weight.id)).toBe(gradient);
  for (const part of [third, second, sum, first]) {
    expect(builder.tensors[part?.outputs[0] ?? -1]).toMatchObject({ role: 'partial', parameter: 0, batched: false });
  }
});

it('hands the gradient of a sum on without an instruction', () => {
  const builder = new ProgramBuilder();
  const x = declare(builder, 'x', [3]);
  const active = builder.emit(tanh, [x], {});
  const losses = project(builder, builder.emit(add, [x, active], {}));
  const start = builder.instructions.length;
  const gradient = differentiate(builder, [losses], new Map([[x.id, undefined]])).get(x.id);
  const [loss, through, sum] = builder.instructions.slice(start);
  expect([loss?.op, through?.op, sum?.op]).toEqual(['projectionGrad', 'tanhGrad', 'add']);
  expect(sum?.inputs).toEqual([loss?.outputs[0], through?.outputs[0]]);
  expect(sum?.outputs).toEqual([gradient?.id]);
});

it('ends at an op without a gradient rule', () => {
  const builder = new ProgramBuilder();
  const x = declare(builder, 'x', [3]);
  const { gradient: _, ...rest } = tanh;
  const dead: Op<NoAttributes, Geometry> = rest as Op<NoAttributes, Geometry>;
  const losses = project(builder, builder.emit(dead, [x], {}));
  expect(differentiate(builder, [losses], new Map([[x.id, undefined]])).has(x.id)).toBe(false);
});
