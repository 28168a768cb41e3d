import { assert, assertNever, present } from '../../../../src/domain/kernel/assert';
import { ERRORS, isErrorCode, LonghaulError } from '../../../../src/domain/kernel/errors';

const rows = Object.entries(ERRORS);

test.each(rows)(
  '%s has a status, a message that ends as a sentence, and a retry that its status allows',
  (_, { status, retryable, message }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(message).toMatch(/^[A-Z{].*([.}]|`)$/s);
    if ([400, 401, 404, 413, 415, 422].includes(status)) expect(retryable).toBe(false);
  },
);

test('placeholders are filled; one without a value stays visible; a value is not a template', () => {
  expect(new LonghaulError('NotFound', { what: 'Run', id: '{what}' }).message).toBe('Run "{what}" does not exist.');
  expect(new LonghaulError('NotFound', { what: 'Run' }).message).toBe('Run "{id}" does not exist.');
  expect(new LonghaulError('NotFound', { what: 'Run', id: '$&$1' }).message).toBe('Run "$&$1" does not exist.');
});

test('a parameter cannot be read from the prototype', () => {
  const template = new LonghaulError('MalformedBody', {}).message;
  expect(template).toContain('{detail}');
  expect(isErrorCode('constructor')).toBe(false);
  expect(isErrorCode('NotFound')).toBe(true);
});

test('an error is known by its name, so that a copy of the module knows it too', () => {
  const copy = Object.assign(new Error('x'), { name: 'LonghaulError', code: 'NotFound' });
  expect(LonghaulError.is(copy)).toBe(true);
  expect(LonghaulError.is(new Error('x'))).toBe(false);
  expect(LonghaulError.is({ name: 'LonghaulError', code: 'NotFound' })).toBe(false);
});

test('asserts name what was expected, and stay on', () => {
  expect(() => assert(0, 'expected a node')).toThrow(
    expect.objectContaining({ name: 'InvariantError', message: 'expected a node' }) as Error,
  );
  expect(() => present(undefined, 'expected a row')).toThrow('expected a row');
  expect(present(0, 'zero is a value')).toBe(0);
  expect(() => assertNever('odd' as never, 'statusOf')).toThrow('statusOf: unexpected value "odd"');
});
