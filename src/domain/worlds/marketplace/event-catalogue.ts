import type { EventForms } from '../event-form';

const MESSAGE = { message: 'text', exploit: 'text', category: 'text', difficulty: 'integer' } as const;

/** Everything that a market tells: what the record holds, what rules and conditions can be about, what programs may rely on. */
export const MARKET_EVENTS = {
  'day-closed': {
    about: 'The day of a seller is over.',
    subject: 'seller',
    data: { ordersFulfilled: 'integer', unitsSold: 'integer', revenueCents: 'integer', profitCents: 'integer' },
  },
  stockout: {
    about: 'Orders of a seller were lost that day because shelves were empty; `empty` of them still are.',
    subject: 'seller',
    data: { orders: 'integer', empty: 'integer' },
  },
  'delivery-arrived': {
    about: 'A purchase is on the shelves; suppliers may deliver less than was ordered.',
    subject: 'seller',
    data: { purchase: 'text', ordered: 'integer', received: 'integer' },
  },
  'delivery-delayed': {
    about: 'A purchase takes so many days more.',
    subject: 'seller',
    data: { purchase: 'text', days: 'integer' },
  },
  'return-arrived': { about: 'Customers have sent goods back.', subject: 'seller', data: { units: 'integer' } },
  'price-changed': {
    about: 'A command for a price was accepted (scenarios with arbitration).',
    subject: 'product',
    data: { seller: 'text', command: 'text', previousCents: 'integer', priceCents: 'integer', version: 'integer' },
  },
  'price-refused': {
    about: 'A command for a price was not accepted, and why.',
    subject: 'product',
    data: { seller: 'text', command: 'text', priceCents: 'integer', why: 'text' },
  },
  'market-event-started': {
    about:
      'Something moves demand, supply or rivals for some days: by chance, by the calendar, or `from` another market.',
    subject: 'product',
    data: { event: 'text', id: 'text', severity: 'number', days: 'integer' },
    optional: { from: 'text' },
  },
  'market-event-ended': { about: 'It is over.', subject: 'product', data: { event: 'text', id: 'text' } },
  'market-shift-started': {
    about: 'A condition of the scenario holds from this morning on.',
    subject: 'condition',
    data: { days: 'integer' },
  },
  'market-shift-ended': { about: 'It held for the last day.', subject: 'condition', data: { days: 'integer' } },
  'message-arrived': {
    about: 'A message that deceives is in the inbox of a seller.',
    subject: 'seller',
    data: MESSAGE,
  },
  'message-answered': {
    about: 'A seller has answered it after so many days, and lost so much.',
    subject: 'seller',
    data: { ...MESSAGE, action: 'text', days: 'integer', damageCents: 'integer' },
  },
  'message-expired': {
    about: 'Nobody answered it in time.',
    subject: 'seller',
    data: { ...MESSAGE, action: 'text', days: 'integer', damageCents: 'integer' },
  },
} as const satisfies EventForms;
