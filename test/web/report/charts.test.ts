import { type EChartsCoreOption, init } from 'echarts';
import { chartOptions, type ReportCurves } from '../../../web/report/chart-options';
import { bandOptions, ratioOptions } from '../../../web/report/layer-options';

const color = (name: string): string => ({ training: '#000001', test: '#000002', text: '#000003' })[name] ?? '#00000f';

/** The chart as SVG, without a browser. */
function render(options: EChartsCoreOption, width: number, height = 300): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(options);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** Its texts with how far down they are. */
function textsOf(svg: string): Map<string, number> {
  const texts = [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)];
  return new Map(
    texts.map(([, attributes = '', text = '']) => {
      const [, down] = /translate\([-\d.]+[ ,]([-\d.]+)\)/.exec(attributes) ?? [];
      const [, y = 0] = / y="([-\d.]+)"/.exec(attributes) ?? [];
      return [text, Number(down) + Number(y)];
    }),
  );
}

const bands = {
  name: 'conv2d_1.weight',
  kind: 'weights',
  points: [
    [1, -4, -2, -1, 0.5, 1, 2, 8],
    [2, -3, -2, -1, 0.25, 1, 2, 6],
  ],
  range: [-4, 4],
};

describe('the bands of a distribution', () => {
  test('lie one on the other, so that each ends at its quantile', () => {
    const { series } = bandOptions(bands, color) as { series: { data: number[][]; stackStrategy: string }[] };
    for (const [index, point] of bands.points.entries()) {
      let edge = 0;
      for (const [place, { data, stackStrategy }] of series.entries()) {
        const [epoch, height = Number.NaN] = data[index] ?? [];
        edge += height;
        expect([epoch, edge, stackStrategy]).toEqual([point[0], point[place + 1], 'all']);
      }
    }
  });

  test('are drawn over the range that is worth looking at, with axes that say what they are', () => {
    const svg = render(bandOptions(bands, color), 340);
    expect([...textsOf(svg).keys()]).toEqual(expect.arrayContaining(['conv2d_1.weight, values', 'epoch', '-4', '4']));
    expect(svg.match(/fill="#000001" fill-opacity="0.14"/g)).toHaveLength(2);
    expect(svg).not.toContain('NaN');
  });

  test('have their numbers in the tooltip, the largest first', () => {
    const { tooltip } = bandOptions(bands, color) as { tooltip: { formatter: (entries: unknown[]) => string } };
    expect(tooltip.formatter([{ dataIndex: 1 }])).toBe(
      'epoch 2<br/>largest: 6<br/>95 %: 2<br/>75 %: 1<br/>median: 0.25<br/>25 %: -1<br/>5 %: -2<br/>smallest: -3',
    );
  });

  test('of a single epoch, and of numbers that are all the same, are drawn, too', () => {
    expect(render(bandOptions({ ...bands, points: bands.points.slice(0, 1) }, color), 340)).not.toContain('NaN');
    const same = { ...bands, points: [[1, ...new Array<number>(7).fill(0)]], range: [0, 0] };
    expect(render(bandOptions(same, color), 340)).not.toContain('NaN');
  });
});

test('update ratios go up by powers of ten, and a parameter that did not change has no logarithm', () => {
  const list = [
    {
      name: 'a.weight',
      points: [
        [1, 0.1],
        [2, 0],
        [3, 0.001],
      ],
    },
  ];
  const options = ratioOptions(list, color) as { series: { data: number[][] }[] };
  expect(options.series[0]?.data).toEqual([
    [1, 0.1],
    [3, 0.001],
  ]);
  const texts = [...textsOf(render(options, 340)).keys()];
  expect(texts).toEqual(expect.arrayContaining(['0.001', '0.01', '0.1', 'a.weight', 'last update / parameter']));
});

test.each([340, 560, 1100])('the legend of the curves ends above their axis in %i pixels', (width) => {
  const names = {
    training: 'training',
    evaluation: 'random training images',
    validation: 'validation',
    test: 'test, at the end',
  };
  const data: ReportCurves = {
    charts: [
      { title: 'Error', axis: 'error (crossEntropy, mean of an image)' },
      { title: 'Accuracy', axis: 'accuracy (%)' },
    ],
    curves: Object.entries(names).map(([name, title]) => ({
      name,
      title,
      points: [1, 2, 3].map((index) => ({ samplesSeen: 1000 * index, loss: 1 / index, accuracy: 0.25 * index })),
    })),
  };
  for (const [index, { axis }] of data.charts.entries()) {
    const texts = textsOf(render(chartOptions(data, index, color, width), width, 352));
    const legend = Object.values(names).map((name) => texts.get(name) ?? Number.NaN);
    // A line of text is some twelve pixels high.
    expect(Math.max(...legend) + 12).toBeLessThan(texts.get(axis) ?? Number.NaN);
    expect([...texts.keys()]).toContain('images seen');
  }
});
