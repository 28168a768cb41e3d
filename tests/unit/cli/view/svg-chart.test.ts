import { axisTicks } from '../../../../src/cli/view/axis-ticks';
import { svgChart } from '../../../../src/cli/view/svg-chart';

it.each([
  [0, 100, 5, [0, 20, 40, 60, 80, 100]],
  [7, 23, 4, [10, 15, 20]],
  [-30, 30, 3, [-20, 0, 20]],
  [5, 5, 5, [5]],
])('an axis from %d to %d has about %i round numbers', (low, high, about, expected) => {
  expect(axisTicks(low, high, about)).toEqual(expected);
});

const chart = (series: { label: string; firstTick: number; values: number[] }[]) =>
  svgChart({ title: 'a < b', yLabel: 'equity, US dollars', text: (value) => `$${value}`, series });

it('is a document of its own with a title and named axes', () => {
  const svg = chart([{ label: 'a', firstTick: 1, values: [0, 100] }]);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 800 400" role="img"/);
  expect(svg).toContain('<title>a &lt; b</title>');
  expect(svg).toMatch(/>equity, US dollars<[\s\S]*>tick</);
  expect(svg).toContain('>$80<');
});

it('goes from the lower left to the upper right', () => {
  // 96 to 776 across, 344 up to 48 for the lowest and the highest value.
  expect(chart([{ label: 'a', firstTick: 1, values: [0, 50, 100] }])).toContain(
    '<polyline points="96,344 436,196 776,48"',
  );
});

it('names runs in a legend only where there are several', () => {
  const [one, other] = [
    { label: 'parent', firstTick: 1, values: [1, 2] },
    { label: 'fork', firstTick: 1, values: [1, 3] },
  ];
  expect(chart([one])).not.toContain('parent');
  expect(chart([one, other])).toMatch(/— parent<[\s\S]*— fork</);
});
