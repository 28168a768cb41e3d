import { figureAmount, figureLabel, figureText, headlineText } from '../../../../src/cli/view/figures';

it.each([
  ['cashCents', 101_234_50, 'cash', '$101,234.50'],
  ['shop.profitCents', -5, 'shop.profit', '-$0.05'],
  ['interestBookedCents', 0, 'interest booked', '$0.00'],
  ['ordersFulfilled', 1234, 'orders fulfilled', '1234'],
  ['rating', 4.256, 'rating', '4.26'],
])('%s of %i is %s %s', (name, value, label, text) => {
  expect([figureLabel(name), figureText(name, value)]).toEqual([label, text]);
});

it('draws money in dollars', () => {
  expect([figureAmount('cashCents', 250), figureAmount('stockouts', 250)]).toEqual([2.5, 250]);
});

it('puts what a world is judged by in one line, and of another world what comes first', () => {
  expect(headlineText({ unitsSold: 3, cashCents: 100, equityCents: 250, profitCents: 7 })).toBe(
    'equity $2.50 · cash $1.00',
  );
  expect(headlineText({ heat: 3, momentum: 4, fans: 5 })).toBe('heat 3 · momentum 4');
});
