import { capabilitiesText, offers } from '../../../../../src/domain/simulation/runners/capabilities';
import { type Runner, runnerFor } from '../../../../../src/domain/simulation/runners/runner';

const OFFERED = { framework: 'langchain', worlds: ['marketplace', 'wrestling'], memoryGb: 8, gpu: false };

test.each([
  ['nothing', {}],
  ['a text', { framework: 'langchain' }],
  ['one of a list', { worlds: 'marketplace' }],
  ['several of a list', { worlds: ['wrestling', 'marketplace'] }],
  ['an amount that is reached', { memoryGb: 8 }],
  ['less than there is', { memoryGb: 2.5 }],
  ['a truth', { gpu: false }],
  ['several at once', { framework: 'langchain', worlds: 'marketplace', memoryGb: 4 }],
  ['a list of the one text that is offered', { framework: ['langchain'] }],
])('offers %s', (_, wanted) => expect(offers(OFFERED, wanted)).toBe(true));

test.each([
  ['another text', { framework: 'crewai' }],
  ['a part of a text', { framework: 'lang' }],
  ['what nobody spoke of', { region: 'eu' }],
  ['more than there is', { memoryGb: 8.5 }],
  ['an amount of a text', { framework: 1 }],
  ['a list with one that is missing', { worlds: ['marketplace', 'chess'] }],
  ['another truth', { gpu: true }],
  ['one of several', { framework: 'langchain', gpu: true }],
  ['a property that every object has', { constructor: 'x' }],
])('does not offer %s', (_, wanted) => expect(offers(OFFERED, wanted)).toBe(false));

test('capabilities are read in one order, whatever order they came in', () => {
  expect(capabilitiesText({ memoryGb: 4, framework: 'langchain' })).toBe('framework langchain, memoryGb 4');
  expect(capabilitiesText({ worlds: ['a', 'b'], gpu: true })).toBe('gpu true, worlds a+b');
  expect(capabilitiesText({})).toBe('no capabilities');
});

test('places take turns among the runners, and a place has the same one every time', () => {
  const runners = ['a', 'b', 'c'].map((id): Runner => ({ id, kind: 'endpoint', address: '', capabilities: {} }));
  const chosen = [0, 1, 2, 3, 4].map((place) => runnerFor(place, runners).id);
  expect(chosen).toEqual(['a', 'b', 'c', 'a', 'b']);
  expect(runnerFor(4, runners).id).toBe('b');
  expect(() => runnerFor(0, [])).toThrow(/no runner/);
});
