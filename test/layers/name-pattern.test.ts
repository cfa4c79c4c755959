import { fitsPattern } from '../../lib/layers/name-pattern';

describe('a pattern', () => {
  it.each([
    ['conv2d_1', 'conv2d_1', true],
    ['conv2d_1', 'conv2d_11', false],
    ['conv*', 'conv2d_1', true],
    ['conv*', 'conv', true],
    ['*.weight', 'conv2d_1.weight', true],
    ['*_1.*', 'conv2d_1.weight', true],
    ['*', 'anything', true],
    ['', 'conv2d_1', false],
    ['conv', 'conv2d_1', false],
    ['a.b', 'axb', false],
    ['a-b*', 'a-bc', true],
    ['[a-z]*', 'conv', false],
    ['(', 'conv', false],
  ])('%j fits %j: %p', (pattern, name, fits) => {
    expect(fitsPattern(name, pattern)).toBe(fits);
  });
});
