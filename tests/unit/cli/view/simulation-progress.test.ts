import { durationText, progressLine, type Progress } from '../../../../src/cli/view/simulation-progress';

const progress: Progress = {
  ...{ status: 'running', tick: 45, ticks: 180, pausedAt: null, costMicroUsd: 4_200 },
  latest: {
    ...{ tick: 45, asked: true, storyline: 'A quiet day.', mood: 'neutral', hash: null },
    figures: { cashCents: 900_000, equityCents: 1_012_000 },
  },
};

it('shows how far it is, what it has come to, and how long the rest takes at this pace', () => {
  // A quarter of 24 columns; 135 ticks left, 9 took 6 s: 90 s.
  expect(progressLine(progress, { ticks: 9, ms: 6_000 })).toBe(
    `[${'█'.repeat(6)}${'─'.repeat(18)}] tick 45 of 180 · equity $10,120.00 · cash $9,000.00 · cost $0.0042 · 1 min 30 s left`,
  );
});

it('guesses nothing before a tick was seen', () => {
  expect(progressLine({ ...progress, latest: null }, { ticks: 0, ms: 0 })).toMatch(/cost \$0\.0042$/);
});

it.each([
  [{ pausedAt: '2026-11-21T08:00:00.000Z' }, 'paused'],
  [{ status: 'completed' as const, tick: 180 }, 'completed'],
])('says %j', (changed, word) => {
  expect(progressLine({ ...progress, ...changed }, { ticks: 1, ms: 1 })).toMatch(new RegExp(` · ${word}$`));
});

it.each([
  [1, '1 s'],
  [59_000, '59 s'],
  [61_000, '1 min 1 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));
