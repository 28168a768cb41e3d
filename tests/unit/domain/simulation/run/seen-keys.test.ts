import { SeenKeys } from '../../../../../src/domain/simulation/run/seen-keys';

describe('seen keys', () => {
  it('are new once, also after they were handed on', () => {
    const keys = new SeenKeys();
    expect([keys.add('pause:1'), keys.add('pause:1'), keys.add('pause:2')]).toEqual([true, false, true]);
    const next = new SeenKeys(keys.carry());
    expect([next.has('pause:1'), next.add('pause:2'), next.add('pause:3')]).toEqual([true, false, true]);
    expect(keys.carry()).toEqual(['pause:1', 'pause:2']);
  });

  it('are kept as long as they are among the newest 256', () => {
    const keys = new SeenKeys();
    for (let n = 0; n < 257; n += 1) keys.add(`key-${n}`);
    expect(keys.carry()).toHaveLength(256);
    expect([keys.has('key-0'), keys.has('key-1'), keys.has('key-256')]).toEqual([false, true, true]);
  });
});
