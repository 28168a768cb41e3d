import fc from 'fast-check';
import { turnOf } from '../../../src/contracts/activity-turn';

test('an interactive call goes before a simulation’s, and that before an evaluation’s', () => {
  const keys = (['interactive', 'simulation', 'evaluation'] as const).map(
    (name) => turnOf(name, 'default').priorityKey,
  );
  expect(keys).toEqual([2, 3, 4]);
});

test('tenants take turns under their names', () => {
  expect(turnOf('interactive', 'acme').fairnessKey).toBe('acme');
});

test.each([
  ['a'.repeat(64), 'a'.repeat(64)],
  ['a'.repeat(65), 'a'.repeat(64)],
  ['ä'.repeat(64), 'ä'.repeat(32)],
  [`${'a'.repeat(63)}ä`, 'a'.repeat(63)],
  ['😀'.repeat(17), '😀'.repeat(16)],
])('of %s the server is told what it takes', (tenant, fairnessKey) => {
  expect(turnOf('interactive', tenant).fairnessKey).toBe(fairnessKey);
});

test('a key is never longer than the server takes, and a beginning of the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (tenant) => {
      const { fairnessKey } = turnOf('evaluation', tenant);
      expect(Buffer.byteLength(fairnessKey)).toBeLessThanOrEqual(64);
      expect(tenant.startsWith(fairnessKey)).toBe(true);
    }),
  );
});
