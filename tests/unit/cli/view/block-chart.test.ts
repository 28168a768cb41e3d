import fc from 'fast-check';
import { blockChart } from '../../../../src/cli/view/block-chart';
import { widthOf } from '../../../../src/cli/view/frame';
import { boundsOf, placesOf } from '../../../../src/cli/view/series';

const series = (values: number[], firstTick = 1) => ({ label: 'equity', firstTick, values });

it('draws eighths of a row above the lowest value', () => {
  // Two rows are 16 eighths; 0, 4 and 8 of 8 are 0, 8 and 16 of them, and the lowest is shown as one.
  expect(blockChart(series([0, 4, 8]), { columns: 15, rows: 2 }, String)).toBe(
    [
      'equity', //
      '8 ┤        ████',
      '0 ┤▁▁▁▁████████',
      '  └────────────',
      '   1     tick 3',
    ].join('\n'),
  );
});

it('shows of many values the last that falls on each column', () => {
  expect(placesOf(10, 4)).toEqual([2, 4, 7, 9]);
  expect(placesOf(3, 10)).toEqual([0, 1, 2]);
});

it('compares two runs on one axis', () => {
  const bounds = boundsOf([series([0, 10]), series([100])]);
  expect(bounds).toEqual({ low: 0, high: 100 });
  expect(blockChart(series([0, 10]), { columns: 30, rows: 1 }, String, bounds)).toContain('▁');
});

it('says that there is nothing yet', () => {
  expect(blockChart(series([]), { columns: 40, rows: 4 }, String)).toBe('equity: nothing is recorded yet');
});

it('draws a flat line of a run in which nothing changes, however long it is', () => {
  const chart = blockChart(series(Array.from({ length: 300_000 }, () => 5)), { columns: 40, rows: 3 }, String);
  expect(chart.split('\n')[3]).toBe(`5 ┤${'▁'.repeat(37)}`);
});

it('is never wider than the terminal', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 30, max: 200 }),
      (values, columns) => {
        const lines = blockChart(series(values), { columns, rows: 4 }, String).split('\n').slice(1);
        return lines.every((line) => widthOf(line) <= columns);
      },
    ),
  );
});
