import { affectedAgents, dependencyChain, dependentAgents } from '../../../../src/domain/agents/graph-queries';
import { planOf } from '../../../../src/domain/agents/run-plan';
import { agent, graph, validate } from '../../contracts/graphs';

const erp = validate(
  graph([
    agent('report', { dependencies: ['policy', 'books'] }),
    agent('invoices'),
    agent('payments', { dependencies: ['invoices'], expectedSeconds: 4 }),
    agent('books', { dependencies: ['payments'] }),
    agent('policy', { dependencies: ['invoices', 'payments'], priority: 9 }),
    agent('stock'),
  ]),
).graph!;

test('dependents wait directly', () => {
  expect(dependentAgents(erp, 'invoices')).toEqual(['payments', 'policy']);
  expect(dependentAgents(erp, 'report')).toEqual([]);
  expect(dependentAgents(erp, 'nobody')).toEqual([]);
});

test('the chain holds everything needed, in order, each once', () => {
  expect(dependencyChain(erp, 'report')).toEqual(['invoices', 'payments', 'books', 'policy']);
  expect(dependencyChain(erp, 'stock')).toEqual([]);
  expect(dependencyChain(erp, 'nobody')).toEqual([]);
});

test('what a failure takes with it', () => {
  expect(affectedAgents(erp, 'payments')).toEqual(['books', 'policy', 'report']);
  expect(affectedAgents(erp, 'stock')).toEqual([]);
});

test('the plan names dependencies by index and keeps what the scheduler orders by', () => {
  const { nodes, ...limits } = planOf(erp);
  expect(limits).toEqual({ maxParallelAgents: 10, timeoutSeconds: 3600, allowPartialCompletion: true });
  expect(nodes.map((node) => node.dependencies)).toEqual([[4, 3], [], [1], [2], [1, 2], []]);
  expect(nodes[4]).toEqual({
    name: 'policy',
    dependencies: [1, 2],
    priority: 9,
  });
});
