import fc from 'fast-check';
import { NodeTable, type NodeState } from '../../../../src/domain/agents/node-table';
import { AGENT_STATUSES } from '../../../../src/domain/agents/run-state';

const state = fc.record(
  { status: fc.constantFrom(...AGENT_STATUSES), reasonCode: fc.constantFrom('a', 'b') },
  { requiredKeys: ['status'] },
);
const change = fc.record({ at: fc.nat(), state, costMicroUsd: fc.nat(1_000) });

test('counts and cost are those of counting again, after any changes and after being carried', () => {
  fc.assert(
    fc.property(fc.array(state, { minLength: 1, maxLength: 30 }), fc.array(change), (first, changes) => {
      const table = new NodeTable(first);
      const states: NodeState[] = [...first];
      let cost = 0;
      for (const { at, state: next, costMicroUsd } of changes) {
        table.set(at % first.length, next);
        table.spend(costMicroUsd);
        states[at % first.length] = next;
        cost += costMicroUsd;
      }
      for (const one of [table, NodeTable.of(JSON.parse(JSON.stringify(table.carry((at) => table.statusOf(at)!))))]) {
        expect(one.all.map(({ status, reasonCode }) => [status, reasonCode])).toEqual(
          states.map(({ status, reasonCode }) => [status, reasonCode]),
        );
        for (const status of AGENT_STATUSES)
          expect(one.count(status)).toBe(states.filter((other) => other.status === status).length);
        expect(one.costMicroUsd).toBe(cost);
      }
    }),
  );
});

test('5,000 nodes of which the first thousands are completed are carried in a few hundred bytes', () => {
  const table = new NodeTable(
    Array.from({ length: 5_000 }, (_, at) => ({ status: at < 3_000 ? 'completed' : ('pending' as const) })),
  );
  expect(JSON.stringify(table.carry((at) => table.statusOf(at)!)).length).toBeLessThan(200);
});

test('a table carried by one entry per node is read as well', () => {
  const table = NodeTable.of([
    { status: 'completed', costMicroUsd: 3 },
    { status: 'failed', reasonCode: 'model_failed', costMicroUsd: 4 },
  ]);
  expect(table.all).toHaveLength(2);
  expect(table.costMicroUsd).toBe(7);
});
