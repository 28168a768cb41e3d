import { beginAsked, countCall, type Spent } from '../../../../../src/domain/simulation/run/spent';

const totals = ({ askedTicks, calls, costMicroUsd }: Spent) => [askedTicks, calls, costMicroUsd];

it('counts a tick that begins again, and the answers that are brought again, once', () => {
  const spent: Spent = { costMicroUsd: 0, calls: 0, askedTicks: 0 };
  beginAsked(spent, 4);
  countCall(spent, 'north/0', 50);
  // The run is parked here, perhaps handed on, and the tick begins again: north's answer is stored, south is asked now.
  const next = structuredClone(spent);
  beginAsked(next, 4);
  countCall(next, 'north/0', 0);
  countCall(next, 'south/0', 30);
  expect(totals(next)).toEqual([1, 2, 80]);
  beginAsked(next, 5);
  countCall(next, 'north/0', 50);
  countCall(next, 'north/1', 50);
  expect(totals(next)).toEqual([2, 4, 180]);
  expect(totals(spent)).toEqual([1, 1, 50]);
});
