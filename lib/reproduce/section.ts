import type { Curve } from '../run/curves';
import { curvesSvg } from '../run/curves-svg';
import type { Outcome } from './laboratory';
import { enumerate } from './markdown';

/** A picture beside the page. */
export interface Picture {
  /** Its file's name. */
  readonly file: string;
  /** What is to be seen, for who does not see it. */
  readonly alt: string;
  readonly svg: string;
}

/** A part of the page. */
export interface Section {
  readonly title: string;
  /** Markdown: paragraphs, tables and pictures. */
  readonly blocks: readonly (string | Picture)[];
}

/** The curves of one training. */
export function curvesPicture(file: string, title: string, loss: string, { curves }: Outcome): Picture {
  return {
    file: `${file}.svg`,
    alt: `${title}: error and accuracy against images seen, of ${enumerate(curves.map((curve) => `the ${curve.title}`))}`,
    svg: curvesSvg(title, loss, curves),
  };
}

/** What the curves of a comparison look like, in turn. */
const LOOKS: readonly Curve['name'][] = ['training', 'evaluation', 'validation', 'test'];

/** The looks at random training images of at most four trainings in one picture. */
export function comparisonPicture(
  file: string,
  title: string,
  loss: string,
  outcomes: readonly (readonly [title: string, outcome: Outcome])[],
): Picture {
  const curves = outcomes.map(([name, outcome], index): Curve => {
    const points = outcome.curves.find((curve) => curve.name === 'evaluation')?.points ?? [];
    return { name: LOOKS[index % LOOKS.length] as Curve['name'], title: name, points };
  });
  return {
    file: `${file}.svg`,
    alt: `${title}: error and accuracy of random training images against images seen, for ${enumerate(outcomes.map(([name]) => name))}`,
    svg: curvesSvg(title, loss, curves),
  };
}
