import type { AheadAnswers, LookAheadInput, SimulationFastActivities } from '../../../../src/contracts/simulation';
import type { SimulationInput } from '../../../../src/contracts/simulation';
import type { FastLane } from '../../../../src/workflows/fast-lane';
import { LookAhead } from '../../../../src/workflows/simulation/deciders/look-ahead';

const plan = { ticks: 100, cassette: 'replay', agents: [{ id: 'seller', kind: 'llm' }] };
const input = { tenant: 't', runId: 'r', plan } as unknown as SimulationInput;
const at = (tick: number) => ({ position: { tick } }) as LookAheadInput['start'];

function lookingAheadBy(lookAhead: SimulationFastActivities['lookAhead']): LookAhead {
  const lane = { tryOnce: (step: (fast: object) => unknown) => step({ lookAhead }) };
  return new LookAhead(input, lane as unknown as FastLane<SimulationFastActivities>);
}

describe('looking ahead', () => {
  it('is due again after the ticks for which the cassette had nothing', async () => {
    const nothing: AheadAnswers = { answers: [], goesOn: false };
    const ahead = lookingAheadBy(() => Promise.resolve(nothing));
    await ahead.from(at(0));
    expect([ahead.isDue(15), ahead.isDue(16)]).toEqual([false, true]);
  });

  it('is given up by the first failure, which the run does without', async () => {
    const ahead = lookingAheadBy(() => Promise.reject(new Error('a defect')));
    expect(ahead.isDue(0)).toBe(true);
    await ahead.from(at(0));
    expect([ahead.isDue(16), ahead.isDue(99)]).toEqual([false, false]);
  });
});
