import type { Dataset } from '../../data/dataset';
import { sizeOf } from '../../tensor/shape';
import { type Markup, markup } from '../markup';
import type { FirstFilters } from './first-filters';
import { filterPicture, samplePicture, toDataUri } from './pictures';
import type { Mistake, TestResult } from './test-result';

const MOST_FILTERS = 64;
const MOST_MISTAKES = 24;

/** A heading with what belongs to it. */
export function section(id: string, title: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

/** Rows of names and values. */
export function factsTable(caption: string, facts: readonly (readonly [string, string])[]): Markup {
  const rows = facts.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return markup`<table class="facts"><caption>${caption}</caption><tbody>${rows}</tbody></table>`;
}

/** A table of columns with headings, in a frame that scrolls where it is too wide. */
export function listTable(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): Markup {
  const head = heads.map((name) => markup`<th scope="col">${name}</th>`);
  const body = rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`);
  return markup`<p class="quiet">${caption}</p><div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="list" aria-label="${caption}"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** The filters as pictures. */
export function filtersSection({ layer, shape, filters }: FirstFilters): Markup {
  const shown = filters.slice(0, MOST_FILTERS);
  const pictures = shown.map(
    (filter, index) =>
      markup`<img src="${toDataUri(filterPicture(filter, shape))}" alt="filter ${index + 1} of ${layer}" title="filter ${index + 1}"/>`,
  );
  const which =
    shown.length < filters.length ? `The first ${shown.length} of ${filters.length}` : `The ${filters.length}`;
  const colors = shape[0] === 3 ? 'Gray is a weight of 0.' : 'Blue is negative, white 0, red positive.';
  return section(
    'filters',
    'First-layer filters',
    markup`<p>${which} filters of ${layer}, ${shape.slice(1).join('x')} pixels each. ${colors} The largest weight of each filter has the full colour.</p><div class="filters">${pictures}</div>`,
  );
}

/** What the classes of a data set are called: numbers, where nothing else is said. */
function classNamesOf({ classNames }: Dataset): (index: number) => string {
  return (index) => classNames?.[index] ?? String(index);
}

/** `a cat`, `an airplane`, `an 8` */
function withArticle(name: string): string {
  return /^([aeio]|8|11$|18$)/i.test(name) ? `an ${name}` : `a ${name}`;
}

/** How often images of each class were taken for each class. */
export function confusionSection({ matrix, mistakes }: TestResult, test: Dataset): Markup {
  const { classes, counts } = matrix;
  const numbers = Array.from({ length: classes }, (_, index) => index);
  const nameOf = classNamesOf(test);
  // Long names stand upright above their columns.
  const upright = numbers.some((index) => nameOf(index).length > 3) ? 'confusion upright' : 'confusion';
  const rows = numbers.map((label) => {
    const row = counts.subarray(label * classes, (label + 1) * classes);
    const total = row.reduce((sum, count) => sum + count, 0);
    const cells = numbers.map((predicted) => {
      const count = row[predicted] as number;
      const kind = count === 0 ? 'none' : label === predicted ? 'right' : 'wrong';
      const share = Math.round((100 * count) / Math.max(1, total));
      return markup`<td class="${kind}" style="--share: ${kind === 'wrong' ? Math.min(100, 15 + 6 * share) : share}%">${count}</td>`;
    });
    return markup`<tr><th scope="row">${nameOf(label)}</th>${cells}</tr>`;
  });
  const caption = `${test.count.toLocaleString('en-US')} test images, ${mistakes.length.toLocaleString('en-US')} mistakes: a row for each true class, a column for each predicted one`;
  return section(
    'confusion',
    'Confusion matrix',
    markup`<p class="quiet">${caption}</p><div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix"><table class="${upright}" aria-label="${caption}"><thead><tr><th scope="col"><span class="corner">true \\ predicted</span></th>${numbers.map((predicted) => markup`<th scope="col"><span class="name">${nameOf(predicted)}</span></th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`,
  );
}

/** The images that the network was wrong about, where it was surest. */
export function mistakesSection(result: TestResult, test: Dataset): Markup {
  const shown = result.mistakes.slice(0, MOST_MISTAKES);
  if (shown.length === 0) return section('mistakes', 'The worst mistakes', markup`<p>There are none.</p>`);
  const what = result.probabilities ? 'probability' : 'output';
  const note = `Of ${result.mistakes.length.toLocaleString('en-US')} mistakes those with the largest ${what} of the wrong class against the right one.`;
  const cards = shown.map((mistake) => mistakeCard(mistake, test, result.probabilities));
  return section('mistakes', 'The worst mistakes', markup`<p>${note}</p><ul class="mistakes">${cards}</ul>`);
}

function mistakeCard(mistake: Mistake, test: Dataset, probabilities: boolean): Markup {
  const { sample, label, predicted, labelOutput, predictedOutput } = mistake;
  const format = (value: number): string => (probabilities ? `${(100 * value).toFixed(1)} %` : value.toPrecision(3));
  const nameOf = classNamesOf(test);
  const [own, taken] = [nameOf(label), nameOf(predicted)];
  const words = `${withArticle(own)} taken for ${withArticle(taken)}`;
  return markup`<li>${samplePictureOf(test, sample, words)}<div><strong>${own} taken for ${taken}</strong><span>${taken}: ${format(predictedOutput)}</span><span>${own}: ${format(labelOutput)}</span><span class="quiet">test image ${sample + 1}</span></div></li>`;
}

/** The picture of a sample; samples that are rows of numbers have none. */
function samplePictureOf(test: Dataset, sample: number, words: string): Markup {
  const { shape } = test.source;
  if (shape.length !== 3) return markup``;
  const size = sizeOf(shape);
  const values = Float64Array.from(
    test.samples.subarray(sample * size, (sample + 1) * size),
    (value) => value * test.scale,
  );
  return markup`<img src="${toDataUri(samplePicture(values, shape))}" alt="${words}"/>`;
}
