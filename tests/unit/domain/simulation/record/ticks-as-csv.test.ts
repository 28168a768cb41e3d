import { ticksAsCsv } from '../../../../../src/domain/simulation/record/ticks-as-csv';

const tick = (number: number, storyline: string, figures: Record<string, number>, rounds: unknown = []) => ({
  ...{ tick: number, storyline, mood: 'neutral' as const, figures, rounds },
});

test('a head and a row per tick; what would break a row is quoted', () => {
  const ticks = [
    tick(1, 'A quiet day.', { cashCents: 100, 'a.roi': 0.5 }),
    tick(2, 'Sold 3, "gladly".', { cashCents: -5, other: 1 }, null),
  ];
  expect(ticksAsCsv(ticks)).toBe(
    'tick,asked,mood,storyline,cashCents,a.roi\r\n1,true,neutral,A quiet day.,100,0.5\r\n2,false,neutral,"Sold 3, ""gladly"".",-5,\r\n',
  );
});

test('without ticks there is nothing', () => expect(ticksAsCsv([])).toBe(''));
