import fc from 'fast-check';
import { AgentRun } from '../../../../src/domain/agents/agent-run';
import type { NodeFailure } from '../../../../src/domain/agents/run-ending';
import { AGENT_STATUSES } from '../../../../src/domain/agents/run-state';
import type { PlanNode, RunPlan } from '../../../../src/domain/agents/run-plan';

const node = (name: string, dependencies: number[] = [], more: Partial<PlanNode> = {}): PlanNode => ({
  name,
  dependencies,
  priority: 5,
  expectedSeconds: 1,
  timeoutSeconds: 300,
  ...more,
});
const plan = (nodes: PlanNode[], more: Partial<RunPlan> = {}): RunPlan => ({
  nodes,
  maxParallelAgents: 10,
  timeoutSeconds: 3600,
  allowPartialCompletion: true,
  ...more,
});
const failed: NodeFailure = { status: 'failed', reasonCode: 'model_failed', reason: 'No.' };
const statuses = (run: AgentRun) => run.nodes.map(({ status }) => status);

describe('starting', () => {
  test('a node starts as soon as its own dependencies are done, whatever else runs', () => {
    const run = new AgentRun(plan([node('slow'), node('quick'), node('after quick', [1])]));
    expect(run.start()).toEqual([1, 0]); // the longer remaining path goes first
    run.complete(1);
    expect(run.start()).toEqual([2]);
  });

  test('more ready nodes than slots: all run in the end, never more than the slots at once', () => {
    const run = new AgentRun(plan(Array.from({ length: 25 }, (_, i) => node(`n${i}`))));
    const order: number[] = [];
    for (let batch = run.start(); batch.length > 0; batch = run.start()) {
      expect(run.runningCount).toBeLessThanOrEqual(10);
      order.push(...batch);
      run.complete(batch[0]!);
      for (const index of batch.slice(1)) run.complete(index);
    }
    expect(order).toHaveLength(25);
    expect(run.finish().status).toBe('completed');
  });

  test.each<[string, PlanNode[], number[]]>([
    ['priority goes first', [node('low', [], { priority: 2 }), node('high', [], { priority: 9 })], [1, 0]],
    [
      'then the longest remaining path',
      [node('leaf'), node('root'), node('child', [1], { expectedSeconds: 9 })],
      [1, 2, 0],
    ],
    ['then the order of declaration', [node('a'), node('b'), node('c')], [0, 1, 2]],
  ])('%s', (_, nodes, expected) => {
    const run = new AgentRun(plan(nodes, { maxParallelAgents: 1 }));
    const order: number[] = [];
    for (let [next] = run.start(); next !== undefined; [next] = run.start()) {
      order.push(next);
      run.complete(next);
    }
    expect(order).toEqual(expected);
  });
});

describe('failure rules', () => {
  test('dependents of a failed agent are cancelled with its name, others go on', () => {
    const run = new AgentRun(plan([node('a'), node('b', [0]), node('c', [1]), node('d'), node('e')]));
    run.start();
    run.fail(0, failed);
    expect(statuses(run)).toEqual(['failed', 'cancelled', 'cancelled', 'running', 'running']);
    expect(run.nodes[1]).toMatchObject({ reasonCode: 'dependency_failed', reason: 'Agent "a" ended as failed.' });
    for (const index of [3, 4]) {
      run.spend(1);
      run.complete(index);
    }
    expect(run.finish()).toMatchObject({ status: 'partially_completed', reasonCode: 'agents_not_completed' });
  });

  test.each<[string, Partial<RunPlan>, Partial<PlanNode>, string | undefined]>([
    ['partial completion not allowed', { allowPartialCompletion: false }, {}, 'agent_failed'],
    ['priority 8 is critical', {}, { priority: 8 }, 'critical_agent_failed'],
    ['priority 7 is not', {}, { priority: 7 }, undefined],
  ])('%s', (_, planMore, nodeMore, reasonCode) => {
    const run = new AgentRun(plan([node('a', [], nodeMore), node('b'), node('c')], planMore));
    run.start();
    run.fail(0, failed);
    expect(run.ending?.reasonCode).toBe(reasonCode);
  });

  test('exactly half failed goes on, more than half ends the run and stops what runs', () => {
    const run = new AgentRun(plan([node('a'), node('b'), node('c'), node('d')]));
    run.start();
    run.fail(0, failed);
    run.fail(1, failed);
    expect(run.ending).toBeUndefined();
    run.fail(2, { ...failed, status: 'rate_limited' });
    expect(run.ending).toMatchObject({ status: 'failed', reasonCode: 'too_many_failures', stopsRunning: true });
    run.cancelled(3);
    expect(run.finish().status).toBe('failed');
    expect(run.nodes[3]).toMatchObject({ status: 'cancelled', reasonCode: 'too_many_failures' });
  });

  test('cancelled dependents do not count as failed', () => {
    const run = new AgentRun(plan([node('a'), node('b', [0]), node('c', [0]), node('d', [0]), node('e')]));
    run.start();
    run.fail(0, failed);
    expect(run.ending).toBeUndefined();
  });

  test('an exhausted run budget starts nothing more, lets the rest finish, keeps what completed', () => {
    const run = new AgentRun(plan([node('a'), node('b'), node('c', [1])]));
    run.start();
    run.fail(0, { status: 'budget_exceeded', reasonCode: 'budget_exceeded', reason: 'Full.', endsStarting: true });
    expect(run.ending).toMatchObject({ stopsRunning: false });
    run.spend(7);
    run.complete(1);
    expect(run.start()).toEqual([]);
    expect(run.isOver).toBe(true);
    expect(run.finish()).toMatchObject({ status: 'failed', reasonCode: 'workflow_budget_exceeded' });
    expect(statuses(run)).toEqual(['budget_exceeded', 'completed', 'cancelled']);
    expect(run.costMicroUsd).toBe(7);
  });

  test('nothing completed ⇒ failed', () => {
    const run = new AgentRun(plan([node('a'), node('b')]));
    run.start();
    run.fail(0, failed);
    run.fail(1, { status: 'budget_exceeded', reasonCode: 'budget_exceeded', reason: 'Agent limit.' });
    expect(run.finish().status).toBe('failed');
  });
});

describe('ending from outside', () => {
  test('the first decision stays', () => {
    const run = new AgentRun(plan([node('a')]));
    run.start();
    run.end({ status: 'cancelled', reasonCode: 'cancelled', reason: 'Asked.', stopsRunning: true });
    run.end({ status: 'failed', reasonCode: 'run_timeout', reason: 'Late.', stopsRunning: true });
    run.cancelled(0);
    expect(run.finish()).toMatchObject({ status: 'cancelled' });
  });

  test('a node that completes although the run was told to stop stays completed', () => {
    const run = new AgentRun(plan([node('a'), node('b', [0])]));
    run.start();
    run.end({ status: 'cancelled', reasonCode: 'cancelled', reason: 'Asked.', stopsRunning: true });
    run.complete(0);
    expect(run.finish().status).toBe('cancelled');
    expect(statuses(run)).toEqual(['completed', 'cancelled']);
  });
});

test('a drained run goes on from what it carries, exactly as if nothing had happened', () => {
  const nodes = [node('a'), node('b', [0]), node('c', [1]), node('d', [0]), node('e', [2, 3])];
  const first = new AgentRun(plan(nodes));
  first.start();
  first.drain();
  first.spend(2);
  first.complete(0);
  expect(first.start()).toEqual([]);
  expect(first.isDrained).toBe(true);
  expect(first.isOver).toBe(false);
  const second = new AgentRun(plan(nodes), first.carry());
  expect(second.start()).toEqual([1, 3]);
  expect(second.costMicroUsd).toBe(2);
});

describe('people', () => {
  test('a node that waits for people holds no slot, and begins again in its turn', () => {
    const run = new AgentRun(plan([node('asks'), node('works'), node('after', [0])], { maxParallelAgents: 1 }));
    expect(run.start()).toEqual([0]);
    run.wait(0, ['asks/question']);
    expect(run.start()).toEqual([1]);
    expect(run.decide('asks/question')).toBe(true);
    expect(run.start()).toEqual([]); // the slot is taken
    run.complete(1);
    expect(run.start()).toEqual([0]);
    run.complete(0);
    expect(run.start()).toEqual([2]);
  });

  test('the run lasts while somebody is asked, and ends what still waits when it is decided', () => {
    const run = new AgentRun(plan([node('asks'), node('after', [0])]));
    run.start();
    run.wait(0, ['first', 'second']);
    expect(run.isOver).toBe(false);
    expect(run.decide('first')).toBe(true);
    expect(run.start()).toEqual([]);
    run.end({ status: 'cancelled', reasonCode: 'cancelled', reason: 'Asked.', stopsRunning: true });
    expect(run.isOver).toBe(true);
    run.finish();
    expect(statuses(run)).toEqual(['cancelled', 'cancelled']);
  });

  test('a decision that nobody waits for is nobody’s', () => {
    expect(new AgentRun(plan([node('a')])).decide('a/question')).toBe(false);
  });

  test('who waits does not keep a run from draining, and waits on in the next one', () => {
    const nodes = [node('asks'), node('works'), node('after', [0])];
    const first = new AgentRun(plan(nodes));
    first.start();
    first.wait(0, ['asks/question']);
    first.drain();
    expect(first.isDrained).toBe(false);
    first.complete(1);
    expect(first.isDrained).toBe(true);
    const second = new AgentRun(plan(nodes), first.carry());
    expect(second.start()).toEqual([]);
    expect(second.isOver).toBe(false);
    second.decide('asks/question');
    expect(second.start()).toEqual([0]);
  });
});

describe('control', () => {
  test('while it is paused nothing starts, and nothing is over', () => {
    const run = new AgentRun(plan([node('a'), node('b', [0])]));
    run.start();
    run.pause();
    run.complete(0);
    expect(run.start()).toEqual([]);
    expect(run.isOver).toBe(false);
    run.resume();
    expect(run.start()).toEqual([1]);
  });

  test('a node that stops between two steps begins again in its turn, with what it has spent', () => {
    const run = new AgentRun(plan([node('a')]));
    run.start();
    run.spend(4);
    run.pause();
    expect(run.holdsSteps).toBe(true);
    run.park(0);
    expect(run.start()).toEqual([]);
    run.resume();
    expect(run.start()).toEqual([0]);
    run.spend(1);
    run.complete(0);
    expect(run.costMicroUsd).toBe(5);
  });

  test('a changed priority counts for what has not started, also after continuing as new', () => {
    const nodes = [node('first'), node('second'), node('third')];
    const run = new AgentRun(plan(nodes, { maxParallelAgents: 1 }));
    expect(run.start()).toEqual([0]);
    run.setPriority(2, 9);
    run.drain();
    run.complete(0);
    const next = new AgentRun(plan(nodes, { maxParallelAgents: 1 }), run.carry());
    expect(next.start()).toEqual([2]);
  });

  test('what an earlier run completed is not run again', () => {
    const run = new AgentRun(plan([node('done', [], { reused: true }), node('again', [0])]));
    expect(run.start()).toEqual([1]);
    run.complete(1);
    expect(run.finish().status).toBe('completed');
  });
});

test('wrong moves are refused loudly', () => {
  const run = new AgentRun(plan([node('a')]));
  expect(() => run.complete(0)).toThrow(/pending, not running/);
  run.start();
  expect(() => run.finish()).toThrow(/while 1 nodes run/);
  run.complete(0);
  expect(() => run.fail(0, failed)).toThrow(/completed, not running/);
});

/** Random graphs, random outcomes, random order of completion. */
const randomRun = fc.record({
  edges: fc.array(fc.array(fc.nat(1_000), { maxLength: 4 }), { minLength: 1, maxLength: 40 }),
  priorities: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 40, maxLength: 40 }),
  outcomes: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 40, maxLength: 40 }),
  picks: fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
  maxParallelAgents: fc.integer({ min: 1, max: 6 }),
});

test('any graph, any outcomes: dependencies first, slots respected, every node ends, totals add up', () => {
  fc.assert(
    fc.property(randomRun, ({ edges, priorities, outcomes, picks, maxParallelAgents }) => {
      const nodes = edges.map((targets, index) =>
        node(`n${index}`, index === 0 ? [] : [...new Set(targets.map((target) => target % index))], {
          priority: priorities[index]!,
        }),
      );
      const run = new AgentRun(plan(nodes, { maxParallelAgents }));
      const running: number[] = [];
      let step = 0;
      for (;;) {
        for (const index of run.start()) {
          expect(nodes[index]!.dependencies.every((d) => run.nodes[d]!.status === 'completed')).toBe(true);
          running.push(index);
        }
        expect(running.length).toBeLessThanOrEqual(maxParallelAgents);
        expect(run.runningCount).toBe(running.length);
        if (run.isOver) break;
        const [index] = running.splice(picks[step % picks.length]! % running.length, 1);
        if (run.ending?.stopsRunning) run.cancelled(index!);
        else if (outcomes[index!] === 0) run.fail(index!, failed);
        else {
          run.spend(1);
          run.complete(index!);
        }
        for (const status of AGENT_STATUSES)
          expect(run.count(status)).toBe(statuses(run).filter((other) => other === status).length);
        step += 1;
        expect(step).toBeLessThanOrEqual(nodes.length);
      }
      const ending = run.finish();
      expect(run.nodes.every(({ status }) => status !== 'pending' && status !== 'running')).toBe(true);
      expect(run.costMicroUsd).toBe(run.count('completed'));
      if (run.count('completed') === nodes.length) expect(ending.status).toBe('completed');
      else expect(ending.status).not.toBe('completed');
      for (const [index, state] of run.nodes.entries()) {
        if (state.status === 'cancelled') expect(state.reasonCode).toBeDefined();
        if (ending.reasonCode === undefined || ending.reasonCode === 'agents_not_completed') {
          const reachable = nodes[index]!.dependencies.every((d) => run.nodes[d]!.status === 'completed');
          expect(reachable).toBe(state.status === 'completed' || state.status === 'failed');
        }
      }
    }),
    { numRuns: 300 },
  );
});

/** The same run, once straight through and once with every interruption there is: people, pauses, continue-as-new. */
test('interruptions change nothing about the outcome', () => {
  fc.assert(
    fc.property(randomRun, ({ edges, priorities, outcomes, picks, maxParallelAgents }) => {
      const nodes = edges.map((targets, index) =>
        node(`n${index}`, index === 0 ? [] : [...new Set(targets.map((target) => target % index))], {
          priority: priorities[index]!,
        }),
      );
      const drive = (interrupted: boolean): AgentRun => {
        let run = new AgentRun(plan(nodes, { maxParallelAgents }));
        const halted = new Set<number>();
        const running: number[] = [];
        const waiting: number[] = [];
        for (let step = 0; ; step += 1) {
          running.push(...run.start());
          if (run.isOver) return run;
          const pick = picks[step % picks.length]!;
          if (run.isDrained) run = new AgentRun(plan(nodes, { maxParallelAgents }), run.carry());
          else if (running.length === 0 && run.isPaused) run.resume();
          else if (running.length === 0) run.decide(`n${waiting.shift()!}`);
          else {
            const [index] = running.splice(pick % running.length, 1) as [number];
            if (interrupted && !halted.has(index)) {
              halted.add(index);
              if (pick % 4 === 0) run.drain();
              if (pick % 4 === 1) run.pause();
              if (pick % 2 === 0) waiting.push(index);
              if (pick % 2 === 0) run.wait(index, [`n${index}`]);
              else run.park(index);
            } else if (outcomes[index] === 0) run.fail(index, { ...failed, status: 'failed' });
            else {
              run.spend(1);
              run.complete(index);
            }
          }
          expect(step).toBeLessThan(nodes.length * 10 + 50);
        }
      };
      const plain = drive(false);
      // A run that a rule ends early depends on what had finished by then; every other one ends the same.
      if (plain.ending !== undefined) return;
      const other = drive(true);
      expect(statuses(other)).toEqual(statuses(plain));
      expect(other.costMicroUsd).toBe(plain.costMicroUsd);
      expect(other.finish()).toEqual(plain.finish());
    }),
    { numRuns: 300 },
  );
});
