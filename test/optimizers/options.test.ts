import { adam, adamax, adamw, nadam, radam } from '../../lib/optimizers/adam';
import { adadelta, adagrad, rmsprop } from '../../lib/optimizers/adaptive';
import { lion } from '../../lib/optimizers/lion';
import { muon } from '../../lib/optimizers/muon';
import { sgd } from '../../lib/optimizers/optimizer';

const makers = { sgd, adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam, radam, lion, muon };

it.each(Object.entries(makers))('%s refuses rates and decays out of range', (_, make) => {
  for (const learningRate of [0, -1, Number.NaN]) {
    expect(() => make({ learningRate })).toThrow(/learningRate must be a finite number above 0/);
  }
  for (const weightDecay of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => make({ weightDecay })).toThrow(
      `weightDecay must be a finite number of at least 0, found ${weightDecay}`,
    );
  }
});

it.each(Object.entries({ adam, adamw, adamax, nadam, radam, lion }))('%s refuses shares out of range', (_, make) => {
  for (const share of [-0.1, 1, Number.NaN]) {
    expect(() => make({ beta1: share })).toThrow(`beta1 must be a number of at least 0 and below 1, found ${share}`);
    expect(() => make({ beta2: share })).toThrow(`beta2 must be a number of at least 0 and below 1, found ${share}`);
  }
});

it.each(Object.entries({ adagrad, adadelta, rmsprop, adam, adamw, adamax, nadam, radam }))(
  '%s refuses an epsilon of 0, which would divide by it',
  (_, make) => {
    expect(() => make({ epsilon: 0 })).toThrow('epsilon must be a finite number above 0, found 0');
  },
);

it('other options are checked, too', () => {
  expect(() => rmsprop({ rho: 1 })).toThrow('rho must be a number of at least 0 and below 1, found 1');
  expect(() => adadelta({ rho: -1 })).toThrow('rho must be a number of at least 0 and below 1, found -1');
  expect(() => rmsprop({ momentum: -1 })).toThrow('momentum must be a finite number of at least 0, found -1');
  expect(() => sgd({ momentum: -1 })).toThrow('momentum must be a finite number of at least 0, found -1');
  expect(() => nadam({ momentumDecay: -1 })).toThrow('momentumDecay must be a finite number of at least 0, found -1');
  expect(() => sgd({ nesterov: true })).toThrow('nesterov needs a momentum above 0, found 0');
});
