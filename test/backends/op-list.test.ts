import { loadAddon } from '../../lib/backends/native/addon';
import { OP_NAMES } from '../../lib/ops/registry';

describe('the ops of native/plan/ops.def', () => {
  it('are those of lib/ops/registry.ts, under the same numbers', () => {
    const { opName } = loadAddon();
    expect(OP_NAMES.map((_, number) => opName(number))).toEqual(OP_NAMES);
    expect(opName(OP_NAMES.length)).toBe('');
  });
});
