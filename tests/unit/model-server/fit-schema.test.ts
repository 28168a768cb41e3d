import Ajv from 'ajv';
import fc from 'fast-check';
import type { Fields } from '../../../src/model-server/chat/fields';
import { fitSchema } from '../../../src/model-server/chat/fit-schema';
import { SeededRandom } from '../../../src/model-server/seeded-random';

const bounds = (low: string, high: string, max: number) =>
  fc.tuple(fc.nat(max), fc.nat(max)).map(([a, b]) => ({ [low]: Math.min(a, b), [high]: Math.max(a, b) }));

const leaf: fc.Arbitrary<Fields> = fc.oneof(
  bounds('minLength', 'maxLength', 20).map((more) => ({ type: 'string', ...more })),
  bounds('minimum', 'maximum', 50).map((more) => ({ type: 'integer', ...more })),
  bounds('minimum', 'maximum', 50).map((more) => ({ type: 'number', ...more })),
  fc.constantFrom<Fields>(
    { type: 'boolean' },
    { type: 'null' },
    { enum: ['a', 1, null] },
    { const: 'fixed' },
    { type: ['string', 'null'] },
  ),
);

const schemas = fc.letrec<{ any: Fields }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.tuple(tie('any'), bounds('minItems', 'maxItems', 4)).map(([items, more]) => ({ type: 'array', items, ...more })),
    fc.tuple(fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any')), fc.boolean()).map(([properties, closed]) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      ...(closed ? { additionalProperties: false } : {}),
    })),
    fc.array(tie('any'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
})).any;

test('whatever came, what leaves satisfies the schema', () => {
  const ajv = new Ajv({ strict: false });
  fc.assert(
    fc.property(schemas, fc.jsonValue(), fc.nat(), (schema, value, seed) => {
      const fitted = fitSchema(schema, value, new SeededRandom(String(seed)));
      expect({ valid: ajv.validate(schema, fitted), fitted }).toEqual({ valid: true, fitted });
    }),
    { numRuns: 500 },
  );
});

test('a value that fits stays as it is, and fields in the other style are taken over', () => {
  const schema = {
    type: 'object',
    properties: { days_of_cover: { type: 'number' }, sku: { type: 'string' } },
    required: ['days_of_cover', 'sku'],
    additionalProperties: false,
  };
  const random = new SeededRandom('x');
  expect(fitSchema(schema, { days_of_cover: 1.5, sku: 'A' }, random)).toEqual({ days_of_cover: 1.5, sku: 'A' });
  expect(fitSchema(schema, { daysOfCover: 2, sku: 'B', rest: true }, random)).toEqual({ days_of_cover: 2, sku: 'B' });
});

test('a schema that refers to itself ends', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['children'],
      },
    },
  };
  expect(new Ajv().validate(tree, fitSchema(tree, null, new SeededRandom('y')))).toBe(true);
});
