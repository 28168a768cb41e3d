import { GroupCommit } from '../../../src/gateway/group-commit';

interface Statement {
  items: readonly number[];
  end(): void;
  fail(error: Error): void;
}

/** Statements that end when the test says so; each item's answer is its double. */
function grouped({ atOnce = 1, size = 20, mayBeOnes = true } = {}) {
  const statements: Statement[] = [];
  const group = new GroupCommit<number, number>({
    commit: (items) =>
      new Promise((resolve, reject) => {
        statements.push({ items, end: () => resolve(items.map((item) => 2 * item)), fail: reject });
      }),
    mayBeOnes: () => mayBeOnes,
    atOnce,
    size,
  });
  return { group, statements, asked: () => statements.map(({ items }) => items) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const outcome = (answer: Promise<number>) => answer.catch((error: Error) => error.message);

test('what comes in one turn goes together; what comes later gathers until the statement ends', async () => {
  const { group, statements, asked } = grouped();
  const first = [group.add(1), group.add(2)];
  await turn();
  const second = [group.add(3), group.add(4), group.add(5)];
  await turn();
  expect(asked()).toEqual([[1, 2]]);
  statements[0]!.end();
  expect(await Promise.all(first)).toEqual([2, 4]);
  await turn();
  expect(asked()).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  statements[1]!.end();
  expect(await Promise.all(second)).toEqual([6, 8, 10]);
  expect(group.counts).toEqual({ statements: 2, items: 5 });
});

test('nobody waits while another statement may be under way; none is larger than its size', async () => {
  const { group, asked } = grouped({ atOnce: 2, size: 2 });
  for (const item of [1, 2, 3, 4, 5]) void group.add(item);
  await turn();
  expect(asked()).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('who leaves while it gathers is not asked for; who is under way gets its answer', async () => {
  const { group, statements, asked } = grouped();
  const leave = new AbortController();
  const sent = group.add(1, leave.signal);
  await turn();
  const gathering = outcome(group.add(2, leave.signal));
  const other = group.add(3);
  leave.abort(new Error('cancelled'));
  expect(await gathering).toBe('cancelled');
  expect(await outcome(group.add(4, leave.signal))).toBe('cancelled');
  statements[0]!.end();
  expect(await sent).toBe(2);
  await turn();
  expect(asked()).toEqual([[1], [3]]);
  statements[1]!.end();
  expect(await other).toBe(6);
});

/** Fails for every group that holds a bad item. */
function fussy(bad: readonly number[], mayBeOnes: boolean) {
  const asked: number[] = [];
  const group = new GroupCommit<number, number>({
    commit: async (items) => {
      asked.push(items.length);
      const first = items.find((item) => bad.includes(item));
      if (first !== undefined) throw new Error(`item ${first} cannot be`);
      return items.map((item) => 2 * item);
    },
    mayBeOnes: () => mayBeOnes,
    atOnce: 1,
    size: 20,
  });
  return { group, asked };
}

test('an impossible item fails alone', async () => {
  const { group, asked } = fussy([3, 13], true);
  const answers = Array.from({ length: 20 }, (_, item) => outcome(group.add(item)));
  const expected = (item: number) => ([3, 13].includes(item) ? `item ${item} cannot be` : 2 * item);
  expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, (_, item) => expected(item)));
  expect(asked.length).toBeLessThan(20);
});

test('an error of all is told to all, and asked for once', async () => {
  const { group, asked } = fussy([1], false);
  const answers = [1, 2, 3].map((item) => outcome(group.add(item)));
  expect(await Promise.all(answers)).toEqual(Array(3).fill('item 1 cannot be'));
  expect(asked).toEqual([3]);
});
