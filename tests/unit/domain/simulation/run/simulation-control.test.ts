import { SimulationControl } from '../../../../../src/domain/simulation/run/simulation-control';

const parked = { reasonCode: 'budget_exceeded', reason: 'The money is gone.' };

describe('what people say about a run', () => {
  it('pauses and resumes; said twice it is said once', () => {
    const control = new SimulationControl();
    expect(control.isHeld).toBe(false);
    control.pause();
    control.pause();
    expect(control.isHeld).toBe(true);
    control.resume();
    expect(control.isHeld).toBe(false);
  });

  it('is stopped in the next history when it was told so at the end of one', () => {
    const control = new SimulationControl();
    control.stop();
    expect(new SimulationControl(control.carry()).isStopping).toBe(true);
  });

  it('remembers its keys however many answers come', () => {
    const control = new SimulationControl();
    control.seen.add('advance:k');
    for (let n = 0; n < 300; n += 1) control.seenAnswers.add(`answer:${n}`);
    const next = new SimulationControl(control.carry());
    expect([next.seen.has('advance:k'), next.seen.has('answer:299')]).toEqual([true, false]);
    expect([next.seenAnswers.has('answer:0'), next.seenAnswers.has('answer:299')]).toEqual([false, true]);
  });

  it('advances by ticks and pauses when they are done', () => {
    const control = new SimulationControl();
    control.pause();
    control.advance(3, 10);
    expect(control.isHeld).toBe(false);
    expect(control.bound(100)).toBe(13);
    control.reached(12);
    expect(control.isHeld).toBe(false);
    control.reached(13);
    expect(control.isHeld).toBe(true);
    expect(control.bound(100)).toBe(100);
  });

  it('is parked until somebody resumes it, whatever was paused before', () => {
    const control = new SimulationControl();
    control.park(parked);
    expect([control.isHeld, control.standing, control.parked]).toEqual([true, 'parked', parked]);
    control.resume();
    expect([control.isHeld, control.parked]).toEqual([false, undefined]);
  });

  it('tells each change of its standing once', () => {
    const control = new SimulationControl();
    expect(control.takeNews()).toBeUndefined();
    control.pause();
    expect([control.takeNews(), control.takeNews()]).toEqual(['paused', undefined]);
    control.park(parked);
    expect(control.takeNews()).toBe('parked');
    control.resume();
    expect(control.takeNews()).toBe('going');
  });

  it('says nothing of a pause that was over before anybody was told', () => {
    const control = new SimulationControl();
    control.pause();
    control.resume();
    expect(control.takeNews()).toBeUndefined();
  });

  it('hands hints out once, in their order', () => {
    const control = new SimulationControl();
    control.hint({ text: 'a' });
    control.hint({ text: 'b', agentId: 'x' });
    expect(control.hintCount).toBe(2);
    expect(control.takeHints()).toEqual([{ text: 'a' }, { text: 'b', agentId: 'x' }]);
    expect(control.takeHints()).toEqual([]);
  });

  it('goes on in a new history as it stood', () => {
    const control = new SimulationControl();
    control.pause();
    control.takeNews();
    control.advance(5, 20);
    control.hint({ text: 'a' });
    control.goOnBy({ rules: [] });
    const next = new SimulationControl(control.carry());
    expect(next.carry()).toEqual(control.carry());
    expect(next.bound(100)).toBe(25);
    expect([next.takeTerms(), next.takeTerms()]).toEqual([[{ rules: [] }], []]);
    expect(next.takeNews()).toBe('going');
  });
});
