import fc from 'fast-check';
import { attemptKeyOf, budgetId, callKeyOf, uuidV7 } from '../../../../src/domain/kernel/ids';

const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test('a UUIDv7 has version 7, the RFC variant, and the time in front', () => {
  fc.assert(
    fc.property(time, random, (ms, bytes) => {
      const id = uuidV7(ms, bytes);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(ms);
    }),
  );
});

test('later ids sort behind earlier ones', () => {
  fc.assert(
    fc.property(time, time, random, random, (a, b, x, y) => {
      fc.pre(a < b);
      expect(uuidV7(a, x) < uuidV7(b, y)).toBe(true);
    }),
  );
});

test('too little chance, and a time that is none, are refused', () => {
  expect(() => uuidV7(1, new Uint8Array(9))).toThrow('10 random bytes');
  expect(() => uuidV7(-1, new Uint8Array(10))).toThrow('unixMs');
  expect(() => uuidV7(1.5, new Uint8Array(10))).toThrow('unixMs');
});

test('keys name run, node, call and attempt', () => {
  expect(attemptKeyOf(callKeyOf('r', 'resume_parser', 2), 3)).toBe('r/resume_parser/2#3');
  expect(() => callKeyOf('r', 'a', -1)).toThrow('callIndex');
  expect([budgetId.tenant('t'), budgetId.run('r'), budgetId.agent('r', 'a')]).toEqual([
    'tenant:t',
    'run:r',
    'agent:r/a',
  ]);
});
