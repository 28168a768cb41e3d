import * as fc from 'fast-check';
import { FairQueue, PRIORITY_CLASSES, type Flow } from '../../../../src/domain/llm/fair-queue';

interface Item extends Flow {
  id: number;
}
let id = 0;
const item = (tenant: string, run: string, more: Partial<Flow> = {}): Item => ({
  priority: 'interactive',
  tenant,
  run,
  id: (id += 1),
  ...more,
});
function filled(...items: Item[]): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const entry of items) queue.add(entry);
  return queue;
}
function drain(queue: FairQueue<Item>, count = queue.size): Item[] {
  return Array.from({ length: count }, () => {
    const [next] = queue.next(1);
    queue.serve(next!);
    return next!;
  });
}
const many = (count: number, tenant: string, run: string, more: Partial<Flow> = {}) =>
  Array.from({ length: count }, () => item(tenant, run, more));

test('one run: in order of arrival', () => {
  const items = many(5, 't', 'r');
  expect(drain(filled(...items))).toEqual(items);
});

test('a tenant with a thousand waiting calls does not keep one with three waiting', () => {
  const order = drain(filled(...many(1000, 'big', 'r'), ...many(3, 'small', 'r')), 6);
  expect(order.filter(({ tenant }) => tenant === 'small')).toHaveLength(3);
});

test('runs of one tenant take turns', () => {
  const order = drain(filled(...many(10, 't', 'long'), ...many(2, 't', 'short')), 4);
  expect(order.filter(({ run }) => run === 'short')).toHaveLength(2);
});

test('a tenant of twice the weight is served twice as often', () => {
  const queue = filled(...many(300, 'heavy', 'r', { weight: 2 }), ...many(300, 'light', 'r'));
  const heavy = drain(queue, 300).filter(({ tenant }) => tenant === 'heavy').length;
  expect(heavy).toBeGreaterThanOrEqual(199);
  expect(heavy).toBeLessThanOrEqual(201);
});

test('who was away earns no credit', () => {
  const queue = filled(...many(100, 'busy', 'r'));
  drain(queue, 50);
  for (const late of many(50, 'late', 'r')) queue.add(late);
  const order = drain(queue, 20).map(({ tenant }) => tenant);
  expect(order.filter((tenant) => tenant === 'late')).toHaveLength(10);
});

test('classes go before each other, and none starves', () => {
  const queue = filled(...PRIORITY_CLASSES.toReversed().flatMap((priority) => many(40, 't', 'r', { priority })));
  const order = drain(queue, 40).map(({ priority }) => priority);
  expect(order.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => 'interactive'));
  expect(order.filter((priority) => priority === 'evaluation')).toHaveLength(5);
  expect(order).not.toContain('simulation');
});

test('property: the next ones are exactly those that would be served one after the other', () => {
  const anyItem = fc.record({
    priority: fc.constantFrom(...PRIORITY_CLASSES),
    tenant: fc.constantFrom('a', 'b', 'c'),
    run: fc.constantFrom('x', 'y'),
    weight: fc.constantFrom(1, 2, 3),
  });
  fc.assert(
    fc.property(fc.array(anyItem, { maxLength: 40 }), fc.nat({ max: 20 }), (flows, before) => {
      const queue = filled(...flows.map((flow) => item(flow.tenant, flow.run, flow)));
      drain(queue, Math.min(before, queue.size));
      const announced = queue.next(10);
      expect(drain(queue, announced.length)).toEqual(announced);
    }),
  );
});

test('flows that come and go leave nothing behind while others wait', () => {
  const queue = filled(...many(3, 't', 'stays'));
  for (let index = 0; index < 500; index += 1) {
    for (const tenant of ['t', `t${index}`]) queue.add(item(tenant, `r${index}`));
    const [next] = queue.next(1);
    queue.serve(next!);
    if (next!.run === 'stays') queue.add(item('t', 'stays'));
    else queue.remove(next!);
    for (const left of queue.next(queue.size).filter(({ run }) => run === `r${index}`)) queue.remove(left);
  }
  expect(queue.counted).toBeLessThan(20);
});

test('tenants that come anew with every turn do not keep one waiting', () => {
  const queue = filled(item('t', 'stays'), item('t', 'stays'));
  drain(queue, 1);
  const served = Array.from({ length: 10 }, (_, index) => {
    queue.add(item(`new${index}`, 'r'));
    return drain(queue, 1)[0]!.tenant;
  });
  expect(served).toContain('t');
});
