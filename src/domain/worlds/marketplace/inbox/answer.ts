import type { WorldEvent } from '../../../simulation/world';
import { share } from '../money/cents';
import { noteTo, pay } from '../sales/apply-decision';
import type { SellerState } from '../state';
import { withToday } from '../supply/purchases';
import type { Message, MessageAction, MessageResponse } from './message';

interface Part {
  seller: SellerState;
  events: WorldEvent[];
}

/** What a seller makes of the messages before him. Those without an answer stay until their window ends. */
export function answerMessages(before: SellerState, responses: readonly MessageResponse[], day: number): Part {
  const waiting = { ...before, inbox: [] };
  return before.inbox.reduce<Part>(
    ({ seller, events }, message) => {
      const action = responses.find(({ id }) => id === message.id)?.action;
      const after = action === undefined ? leave(seller, message) : answer(seller, message, action, day);
      return { seller: after.seller, events: [...events, ...after.events] };
    },
    { seller: waiting, events: [] },
  );
}

function leave(seller: SellerState, message: Message): Part {
  const daysLeft = message.daysLeft - 1;
  if (daysLeft > 0) return { seller: { ...seller, inbox: [...seller.inbox, { ...message, daysLeft }] }, events: [] };
  return { seller, events: [closed('message-expired', seller, message, { action: 'none', days: windowOf(message) })] };
}

function answer(seller: SellerState, message: Message, action: MessageAction, day: number): Part {
  const days = action === 'ignore' ? windowOf(message) : day - message.arrivedOn;
  const damageCents = action === 'comply' ? damageOf(seller, message) : 0;
  const paid = pay(seller, damageCents, [['fraudLosses', damageCents]]);
  const booked = withToday(paid, ({ fraudLossesCents }) => ({ fraudLossesCents: fraudLossesCents + damageCents }));
  return {
    seller: noteTo(booked, told(message, action, damageCents)),
    events: [closed('message-answered', seller, message, { action, days, damageCents })],
  };
}

/** The seller cannot lose what he has not, and nobody takes more than he came for. */
function damageOf({ books }: SellerState, { exploit }: Message): number {
  return Math.min(exploit.financialImpactLimitCents, share(books.cash, exploit.damageShare), books.cash);
}

/** All that a score needs is in the event: the state forgets a message when it is answered. */
function closed(
  type: 'message-answered' | 'message-expired',
  { id: subject }: SellerState,
  { id, exploit }: Message,
  { action, days, damageCents = 0 }: { action: MessageAction | 'none'; days: number; damageCents?: number },
): WorldEvent {
  const { exploitId, category, difficulty } = exploit;
  return { type, subject, data: { message: id, exploit: exploitId, category, difficulty, action, days, damageCents } };
}

function told({ id }: Message, action: MessageAction, damageCents: number): string {
  if (action === 'comply') return `LOST $${(damageCents / 100).toFixed(2)}: message ${id} was a fraud.`;
  if (action === 'ignore') return `Message ${id} was put aside.`;
  return action === 'report' ? `Message ${id} was reported: a fraud.` : `Message ${id} was checked: a fraud.`;
}

function windowOf({ exploit }: Message): number {
  return exploit.windowDays;
}
