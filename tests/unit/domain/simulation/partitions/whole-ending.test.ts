import { wholeEnding } from '../../../../../src/domain/simulation/partitions/whole-ending';

const completed = (name: string) => ({ name, end: { status: 'completed' as const } });
const failed = (name: string, reasonCode: string) => ({ name, end: { status: 'failed' as const, reasonCode } });

test('a whole is complete when every partition is', () => {
  expect(wholeEnding([completed('north'), completed('south')], false)).toEqual({
    status: 'completed',
    stopsRunning: false,
  });
});

test('partitions that failed are named, and the others still count', () => {
  expect(wholeEnding([completed('north'), failed('south', 'ack_timeout')], false)).toMatchObject({
    status: 'partially_completed',
    reasonCode: 'partitions_not_completed',
    reason: '1 of 2 partitions did not play to the end: south (ack_timeout).',
  });
  expect(wholeEnding([failed('north', 'x'), failed('south', 'x')], false)).toMatchObject({ status: 'failed' });
});

test('who was stopped has played in part; who was done before was done', () => {
  expect(wholeEnding([failed('north', 'stopped')], true)).toMatchObject({ reasonCode: 'stopped' });
  expect(wholeEnding([completed('north')], true)).toMatchObject({ status: 'completed' });
});
