import { fingerprint } from '../../../../src/domain/kernel/fingerprint';

test('one letter, one place, one length: another fingerprint; the same text has the same one on every machine', () => {
  const text = '{"day":12,"cashCents":104500,"prices":[1299,2499]}';
  const others = [text.replace('1299', '1298'), text.replace('1299,2499', '2499,1299'), `${text} `, ''];
  expect(new Set([text, ...others].map(fingerprint)).size).toBe(5);
  expect(fingerprint('longhaul')).toMatchInlineSnapshot(`"8-a88679f9-8700ba1b"`);
});

test('a hundred thousand numbers in the same sentence do not meet', () => {
  const all = Array.from({ length: 100_000 }, (_, at) => fingerprint(`the ${at}th view of a market`));
  expect(new Set(all).size).toBe(all.length);
});
