import {
  isCompressed,
  isPayloadAddress,
  keepCompressed,
  liesInline,
  MAX_PAYLOAD_BYTES,
  worthCompressing,
} from '../../../../src/domain/artifacts/payload-policy';

const payload = (changes: object = {}) => ({
  driver: 'filesystem',
  sha256: 'ab'.repeat(32),
  bytes: 10,
  rawBytes: 10,
  ...changes,
});

describe('payload policy', () => {
  it.each([
    [0, false],
    [2048, false],
    [2049, true],
  ])('%i bytes are worth compressing: %s', (bytes, expected) => expect(worthCompressing(bytes)).toBe(expected));

  it.each([
    [0, true],
    [8192, true],
    [8193, false],
  ])('%i stored bytes are a row: %s', (bytes, expected) => expect(liesInline(bytes)).toBe(expected));

  it('keeps the compressed form only when it is smaller, and knows it by that', () => {
    expect([keepCompressed(3000, 2999), keepCompressed(3000, 3000), keepCompressed(3000, 3001)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isCompressed(payload({ bytes: 9 })), isCompressed(payload())]).toEqual([true, false]);
  });

  it.each([
    [{}, true],
    [{ bytes: 0, rawBytes: 0 }, true],
    [{ sha256: 'AB'.repeat(32) }, false],
    [{ sha256: `${'ab'.repeat(31)}..` }, false],
    [{ sha256: `${'ab'.repeat(32)}\n` }, false],
    [{ sha256: 'ab'.repeat(33) }, false],
    [{ bytes: 11 }, false],
    [{ bytes: -1 }, false],
    [{ rawBytes: 10.5 }, false],
    [{ rawBytes: MAX_PAYLOAD_BYTES + 1 }, false],
    [{ rawBytes: Number.NaN }, false],
  ])('takes an address with %j: %s', (changes, expected) => expect(isPayloadAddress(payload(changes))).toBe(expected));
});
