import { decideWithinSeconds, pauseSeconds } from '../../../../../src/domain/simulation/runners/tries';

test('pauses double from a second to ten', () => {
  expect([1, 2, 3, 4, 5, 6].map(pauseSeconds)).toEqual([1, 2, 4, 8, 10, 10]);
});

test('a question takes its tries and the pauses between them at most', () => {
  expect(decideWithinSeconds({ timeoutSeconds: 60, maxRetries: 0 })).toBe(60);
  expect(decideWithinSeconds({ timeoutSeconds: 60, maxRetries: 2 })).toBe(60 + 1 + 60 + 2 + 60);
});
