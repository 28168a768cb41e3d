import { agentSamples, OUTSIDE_ANSWERED, OUTSIDE_FAILED } from '../../../../src/domain/telemetry/agent-samples';

const at = new Date('2026-11-20T08:00:00.000Z');
const tags = { runner_id: 'python-seller', agent_id: 'north' };
const atMs = at.getTime();

test('a question is how long it took, how often it was asked, whether it failed, and what the agent said', () => {
  const data = { runner: 'python-seller', ms: 120, tries: 2, metrics: { tokens: 812 }, tick: 3 };
  expect(agentSamples({ at, type: OUTSIDE_ANSWERED, node: 'north', data })).toEqual([
    { name: 'agent_decision_ms', value: 120, tags, atMs },
    { name: 'agent_decision_tries', value: 2, tags, atMs },
    { name: 'agent_decision_failed', value: 0, tags, atMs },
    { name: 'tokens', value: 812, tags, atMs },
  ]);
  const failed = agentSamples({ at, type: OUTSIDE_FAILED, node: 'north', data: { ...data, metrics: {} } });
  expect(failed.map(({ name, value }) => [name, value])).toContainEqual(['agent_decision_failed', 1]);
});

test('an event of somebody else that bears the name spoils no series', () => {
  const data = { ms: 'long', metrics: { tokens: null } };
  const samples = agentSamples({ at, type: OUTSIDE_ANSWERED, node: null, data });
  expect(samples.map(({ name }) => name)).toEqual(['agent_decision_failed']);
});
