import { randomUUID } from 'node:crypto';
import { isKeyedUpdateId, keyedUpdateId } from '../../../src/contracts/update-id';

test('an update’s id tells whether it was asked for under a key', () => {
  const ids = [keyedUpdateId('advance', 'k'), keyedUpdateId('stop', 'k'), randomUUID()];
  expect(ids.map((id) => isKeyedUpdateId('advance', id))).toEqual([true, false, false]);
});
