import { cumulativeNormal, normalDensity } from '../../lib/backends/reference/normal';
import { centralDifference, expectClose, float64Rounding } from '../support/tolerance';

// mpmath 1.3, mp.dps = 40: [(x, float(ncdf(mpf(x)))) for x in ...]
const CUMULATIVE = [
  [-37, 5.725571222524577e-300],
  [-30, 4.906713927148187e-198],
  [-20.5, 1.0764673258790961e-93],
  [-13, 6.11716439954988e-39],
  [-8.1, 2.7479593923982286e-16],
  [-5, 2.866515718791939e-7],
  [-3.3, 0.0004834241423837775],
  [-2.0078125, 0.022331610013748796],
  [-2, 0.02275013194817921],
  [-1.9921875, 0.023175244610285452],
  [-1, 0.15865525393145705],
  [-0.5, 0.3085375387259869],
  [-1e-9, 0.49999999960105773],
  [0, 0.5],
  [1e-9, 0.5000000003989423],
  [0.75, 0.7733726476231318],
  [1.5, 0.9331927987311419],
  [2, 0.9772498680518208],
  [2.5, 0.9937903346742238],
  [4, 0.9999683287581669],
  [9, 1.0],
] as const;

it('the cumulative normal distribution has all its digits, also in the lower tail', () => {
  const ratios = CUMULATIVE.map(([x, expected]) => cumulativeNormal(x) / expected);
  expectClose('ratio to the true value', ratios, new Array(ratios.length).fill(1), float64Rounding);
});

it('its ends are 0 and 1, and NaN stays NaN', () => {
  const { NEGATIVE_INFINITY, POSITIVE_INFINITY, NaN: nan } = Number;
  expect([NEGATIVE_INFINITY, -40, 40, POSITIVE_INFINITY].map(cumulativeNormal)).toEqual([0, 0, 1, 1]);
  expect([cumulativeNormal(nan), normalDensity(nan)]).toEqual([nan, nan]);
});

it('its slope is the density', () => {
  const h = 2 ** -17;
  const places = [-6, -2, -0.3, 0, 1.1, 2, 3.7];
  const slopes = places.map((x) => (cumulativeNormal(x + h) - cumulativeNormal(x - h)) / (2 * h));
  const ratios = slopes.map((slope, index) => slope / normalDensity(places[index] ?? 0));
  expectClose('slope over density', ratios, new Array(ratios.length).fill(1), centralDifference);
});
