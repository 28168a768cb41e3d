import { ACCEPT_ALL } from '../../../../../../src/domain/worlds/marketplace/agent/decision';
import { MARKET_TOOLS, toolCalls } from '../../../../../../src/domain/worlds/marketplace/agent/tool-calls';

test('each order of a decision is one use of its tool; taking orders is none', () => {
  expect(toolCalls(ACCEPT_ALL)).toEqual([]);
  const decision = {
    ...ACCEPT_ALL,
    prices: { P001: 999, P002: 1_999 },
    priceCommands: [{ id: 'c1', sku: 'P001', priceCents: 990 }],
    supplierOrders: [{ sku: 'P001', quantity: 20 }],
    creditCents: -500,
  };
  expect(toolCalls(decision)).toEqual(['set_price', 'set_price', 'set_price', 'place_order', 'use_credit']);
  expect(toolCalls(decision).every((tool) => MARKET_TOOLS.includes(tool))).toBe(true);
});
