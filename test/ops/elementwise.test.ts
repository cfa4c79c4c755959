import { type ActivationName, activation } from '../../lib/layers/activation';
import { oracle, targets } from '../support/backends';
import { runLayer } from '../support/single-op';
import { expectClose, float32Elementwise, float64Rounding } from '../support/tolerance';

/** Values far in the lower tails, where a formula that subtracts has no digits left. mpmath 1.3, mp.dps = 120. */
const TAILS: readonly { name: ActivationName; points: readonly (readonly [x: number, y: number])[] }[] = [
  {
    name: 'gelu',
    points: [
      [-2.0, -0.04550026389635842],
      [-5.0, -1.4332578593959695e-6],
      [-8.0, -4.976768459417427e-15],
      [-10.5, -4.534956633699692e-25],
      [-12.0, -2.1317785344932147e-32],
      [-13.0, -7.952313719414843e-38],
    ],
  },
  {
    name: 'silu',
    points: [
      [-10.0, -0.00045397868702434395],
      [-40.0, -1.6993417021166355e-16],
      [-80.0, -1.4438811102763322e-33],
      [-87.0, -1.431855945041578e-36],
    ],
  },
  {
    name: 'mish',
    points: [
      [-10.0, -0.00045398899185674697],
      [-40.0, -1.6993417021166355e-16],
      [-80.0, -1.4438811102763322e-33],
      [-87.0, -1.431855945041578e-36],
    ],
  },
  {
    name: 'softplus',
    points: [
      [-10.0, 4.539889921686465e-5],
      [-40.0, 4.248354255291589e-18],
      [-80.0, 1.8048513878454153e-35],
      [-87.0, 1.6458114310822737e-38],
    ],
  },
  {
    name: 'elu',
    points: [
      [-1.0000000031710769e-30, -1.0000000031710769e-30],
      [-9.99999993922529e-9, -9.999999889225291e-9],
      [-9.999999747378752e-5, -9.999499764070263e-5],
      [-0.009999999776482582, -0.009950166029538564],
      [-0.5, -0.3934693402873666],
    ],
  },
  {
    name: 'selu',
    points: [
      [-1.0000000031710769e-30, -1.758099346422445e-30],
      [-9.99999993922529e-9, -1.7580993213720824e-8],
      [-9.999999747378752e-5, -0.00017580113944015428],
      [-0.009999999776482582, -0.01749338033785371],
    ],
  },
];

describe.each(targets)('the lower tail, on $name', (target) => {
  it.each(TAILS)('$name keeps its digits', ({ name, points }) => {
    const { y } = runLayer(target, {
      layer: activation(name),
      inputShape: [points.length],
      x: points.map(([x]) => x),
      parameters: {},
      gy: points.map(() => 1),
    });
    const ratios = points.map(([, expected], index) => (y[index] ?? 0) / expected);
    const tolerance = target === oracle ? float64Rounding : float32Elementwise;
    expectClose('ratio to the true value', ratios, new Array(points.length).fill(1), tolerance);
  });
});
