import { Latest } from '../../../../src/domain/kernel/latest';

test('the last ones are kept, in their order, however many came', () => {
  const latest = new Latest<number>(3);
  expect(latest.list).toEqual([]);
  for (let one = 1; one <= 100; one += 1) {
    latest.add(one);
    expect(latest.list).toEqual([one - 2, one - 1, one].filter((number) => number > 0));
  }
});
