import { constant } from '../../lib/initializers/constant';
import { type InitializerLike, type InitializerName, toInitializer } from '../../lib/initializers/initializer';
import { orthogonal } from '../../lib/initializers/orthogonal';
import { varianceScaling } from '../../lib/initializers/variance-scaling';
import { firstValues, hashOfFloats } from '../support/first-values';

const SHAPE = [6, 5, 3, 3];

describe('an initializer', () => {
  it('draws the same numbers for a seed and a parameter, and others for others', () => {
    const drawn = (seed: number, parameter: number) => firstValues('xavier', SHAPE, { seed, parameter });
    expect(drawn(1, 2)).toEqual(drawn(1, 2));
    expect(drawn(1, 3)).not.toEqual(drawn(1, 2));
    expect(drawn(2, 2)).not.toEqual(drawn(1, 2));
  });

  // The three that were there from the start were drawn with the logarithm and cosine of Math then: the same floats.
  it.each<[InitializerName, string]>([
    ['zeros', 'd20d5d685a1fdb28a974551a0c8c0eed3f75410cf9055957b7a3a9790fc2e06a'],
    ['ones', '50398160ea22822f20584880bae13054b3d001d8e809eb61677fe700d0f7ab19'],
    ['dirac', '7455f7d2a4930a35c3c0948c75752cb6ee4038ead4b96d5a4010381104c16c73'],
    ['orthogonal', 'd50b5113b9e096c636b64529eee8d990d1b868722986475e466448f5f7fa2c5b'],
    ['xavier', '0d372be15116fe773dbe1bef64d483fbe6226b1573669d67d11cb318ce5a12f2'],
    ['glorotNormal', 'f63bba1219489833f7758dee36fab46f79408de173ba0f3a06bb4c543704d66e'],
    ['glorotUniform', '65af25689e90a1173714cbf1d494071ef35ad8843b37a3be9931d08e3770470d'],
    ['glorotTruncatedNormal', '23db365f9e0ed4667504d3226045caeefc11f9c21bb7746fd5819b3350c89504'],
    ['heNormal', '0d372be15116fe773dbe1bef64d483fbe6226b1573669d67d11cb318ce5a12f2'],
    ['heUniform', 'e25b03427b04521e2182d8df3e3035a2e689dfe78c5e17b07c96e201274c8dad'],
    ['heTruncatedNormal', '6aae69af96b4803a0f73e96d22266de05b73631ec74a557bd8190ef3c89c5332'],
    ['lecunNormal', '89a68890dbdfe3a354c22d032bd957b04846e31359b2ad24fb729bc5e9c7594c'],
    ['lecunUniform', '209073905aa45e4f6da2891219458b875d0e4fe69c211604c1e20a3d5919cd73'],
    ['lecunTruncatedNormal', '411a9fcc839f60869695ec3f59ac36f121e9f7369a9fdf3c0f469ff49aa31a34'],
  ])('%s has the bits %s on every machine', (name, hash) => {
    expect(hashOfFloats(firstValues(name, SHAPE))).toBe(hash);
  });

  it('by any name is made again of its config', () => {
    const names: InitializerName[] = ['zeros', 'ones', 'dirac', 'orthogonal', 'xavier', 'heUniform'];
    const all: InitializerLike[] = [
      ...names,
      constant(0.25),
      orthogonal({ gain: 2 }),
      varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'uniform' }),
    ];
    for (const one of all) {
      const { config } = toInitializer(one);
      const again = toInitializer(JSON.parse(JSON.stringify(config)) as InitializerLike);
      expect(again.config).toEqual(config);
      expect(firstValues(again, SHAPE)).toEqual(firstValues(one, SHAPE));
    }
  });

  it('stays the same if it is one already', () => {
    const one = orthogonal();
    expect(toInitializer(one)).toBe(one);
  });

  it('of an unknown name is refused with the known ones', () => {
    expect(() => toInitializer('he' as InitializerName)).toThrow(
      'there is no initializer "he"; there are zeros, ones, dirac, xavier, glorotNormal, glorotUniform, glorotTruncatedNormal, heNormal, heUniform, heTruncatedNormal, lecunNormal, lecunUniform, lecunTruncatedNormal, orthogonal',
    );
    expect(() => toInitializer('toString' as InitializerName)).toThrow(expect.objectContaining({ code: 'E_UNKNOWN' }));
    expect(() => toInitializer({ name: 'sparse' })).toThrow(
      'there is no initializer "sparse"; there are constant, orthogonal, varianceScaling, custom',
    );
    expect(() => toInitializer({ name: 'constant', value: 'one' })).toThrow(
      'the value of constant must be a finite number, found one',
    );
  });
});
