import fc from 'fast-check';
import { canonicalJson } from '../../../../src/domain/kernel/canonical-json';
import { hashJson, sha256Hex } from '../../../../src/domain/kernel/hash';

test('keys are sorted at every depth, arrays keep their order', () => {
  expect(canonicalJson({ b: [3, 1, { d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[3,1,{"c":2,"d":1}]}');
});

test('keys sort by code units, not by the language of the machine', () => {
  expect(canonicalJson({ ä: 1, z: 2, Z: 3, a: 4 })).toBe('{"Z":3,"a":4,"z":2,"ä":1}');
});

test('undefined members are left out, undefined elements become null', () => {
  expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
});

test.each([[Number.NaN], [Infinity], [-Infinity], [1n], [() => 1], [Symbol('x')], [undefined]])(
  '%p has no JSON form and is refused',
  (value) => {
    expect(() => canonicalJson({ value: [value === undefined ? Number.NaN : value] })).toThrow('has no JSON form');
  },
);

test('it is JSON, and says the same as JSON.stringify', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))),
    ),
  );
});

test('the hash does not depend on the order of keys', () => {
  const shuffled = fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((object) => [object, Object.fromEntries(Object.entries(object).reverse())] as const);
  fc.assert(fc.property(shuffled, ([one, other]) => expect(hashJson(one)).toBe(hashJson(other))));
});

test('the hash is SHA-256 of the UTF-8 bytes', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Hex('é')).toBe(sha256Hex(Uint8Array.of(0xc3, 0xa9)));
});

// printf '{"a":[1.5,"ü",null,true],"b":-0.1,"ä":{"x":1e+21,"y":0.000001}}' | sha256sum
test('the hash of a value is known, whoever works it out', () => {
  expect(hashJson({ ä: { y: 1e-6, x: 1e21 }, b: -0.1, a: [1.5, 'ü', null, true] })).toBe(
    'd3dd95d7bede7a9a2e4c1f36e355a15cad280bc79b0c3b8fd4aeb0ec339580a7',
  );
});
