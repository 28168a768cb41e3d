import { providerRecordSchema } from '../../../src/contracts/api.schema';

const record = { kind: 'accepted', attemptKey: 'run/a/0#1', inputTokens: 10, outputTokens: 1 };

test('cached tokens are a part of the input: more of them are a finding, not a failure of the booking', () => {
  expect(providerRecordSchema.safeParse({ ...record, cachedInputTokens: 10 }).success).toBe(true);
  const { error } = providerRecordSchema.safeParse({ ...record, cachedInputTokens: 11 });
  expect(error?.issues).toMatchObject([{ path: ['cachedInputTokens'] }]);
});
