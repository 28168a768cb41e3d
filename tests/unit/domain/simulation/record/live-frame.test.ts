import { type LiveState, ShownFrames } from '../../../../../src/domain/simulation/record/live-frame';

const shown = (after: number, frames: [tick: number, state?: LiveState][]) => {
  const viewer = new ShownFrames(after);
  return frames.filter(([tick, state]) => viewer.take({ tick, ...(state ? { state } : {}) }));
};

test('ticks go forward only: what a second worker plays again is not shown again', () => {
  const frames: [number, LiveState][] = [
    [3, 'going'],
    [4, 'going'],
    [3, 'going'],
    [4, 'going'],
    [5, 'going'],
  ];
  expect(shown(3, frames).map(([tick]) => tick)).toEqual([3, 4, 5]);
});

test('another state of the same tick is shown, the same one is not', () => {
  const frames: [number, LiveState][] = [
    [7, 'going'],
    [7, 'paused'],
    [7, 'paused'],
    [7, 'ended'],
  ];
  expect(shown(6, frames)).toEqual([frames[0], frames[1], frames[3]]);
});

test('a recorded tick is shown when no frame brought it', () => {
  expect(shown(0, [[1], [2, 'going'], [2], [3]])).toEqual([[1], [2, 'going'], [3]]);
});
