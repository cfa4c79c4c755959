import { describeMachine } from '../run/machine';
import { libraryVersion } from '../run/version';
import { enumerate } from './markdown';
import type { Picture, Section } from './section';

/** What a page is about, beside its sections. */
export interface PageFacts {
  /** When it was made. */
  readonly date: Date;
  /** What ran the steps: `native, avx512, 2 threads`. */
  readonly backend: string;
  readonly seed: number;
  /** The data in words. */
  readonly data: readonly string[];
  /** Whether only a part of the images was used. */
  readonly quick: boolean;
  /** Of the whole reproduction. */
  readonly seconds: number;
}

/** The folder of the page's pictures, beside the page. */
export const PICTURE_FOLDER = 'the-post';

/** The page and its pictures as files. */
export interface Page {
  readonly markdown: string;
  readonly pictures: readonly Picture[];
}

/** The page of a reproduction. */
export function toPage(sections: readonly Section[], facts: PageFacts): Page {
  const pictures = sections.flatMap(({ blocks }) => blocks.filter((block) => typeof block !== 'string'));
  const text = sections.flatMap(({ title, blocks }) => [
    `## ${title}`,
    ...blocks.map((block) => (typeof block === 'string' ? block : imageOf(block))),
  ]);
  return { markdown: `${[...introduction(facts), ...text].join('\n\n')}\n`, pictures };
}

const imageOf = ({ file, alt }: Picture): string => `![${alt}](${PICTURE_FOLDER}/${file})`;

function introduction({ date, backend, seed, data, quick, seconds }: PageFacts): string[] {
  const { processor, processors, system, node } = describeMachine();
  return [
    '# The post, reproduced',
    'laminet began with a question. Somebody new to neural networks had written one in Python, with plain loops: fully connected, convolution and max-pool layers, gradient descent. The plain network read handwritten digits; the convolutional ones, after hours of training, did not. In the end it was one line of one layer. This page runs those networks again, with the settings of the post and with better ones, and answers the six questions that were asked, each by a run.',
    'Everything here was made by one command, from the files of MNIST and CIFAR-10:',
    '```sh\nlaminet reproduce --data mnist --cifar10 cifar-10-batches-bin --out docs\n```',
    `${quick ? 'This is a quick look at a part of the images: the figures are worse than those of the whole sets, and what is said of them need not hold. ' : ''}Version ${libraryVersion()}, ${date.toISOString().slice(0, 10)}; ${backend}; ${processor}, ${processors} hardware threads, ${system}, Node ${node}; seed ${seed}; ${enumerate(data)}. The whole took ${Math.round(seconds)} seconds. Times are of a shared machine, and depend on what else it had to do then; every other figure is the same whenever the command is run again with this backend and instruction set.`,
  ];
}
