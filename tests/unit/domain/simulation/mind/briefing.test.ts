import { budgetBlock } from '../../../../../src/domain/simulation/budget/budget-block';
import { openMeter } from '../../../../../src/domain/simulation/budget/meter';
import { briefed } from '../../../../../src/domain/simulation/mind/briefing';
import { item } from '../memory/support';

const prompt = { system: 'Rules.', user: 'Day 3.' };

test('an agent that knows nothing is told what its world says', () => {
  expect(briefed(prompt, {})).toEqual(prompt);
  expect(briefed(prompt, { memory: [], awareness: 'unaware' })).toEqual(prompt);
});

test('what it learned and what it may still use follow the day; that it competes is part of the rules', () => {
  const budget = budgetBlock(openMeter());
  const { system, user } = briefed(prompt, { memory: [item()], budget, awareness: 'aware' });
  expect(system).toMatch(/^Rules\.\n\nYou are one of several agents .* ranked/);
  expect(user.split('\n\n').map((block) => block.split('\n')[0])).toEqual([
    'Day 3.',
    'What you learned on earlier days, the most useful first:',
    'Your budget for models and tools:',
  ]);
});
