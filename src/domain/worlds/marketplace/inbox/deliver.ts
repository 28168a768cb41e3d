import type { WorldEvent } from '../../../simulation/world';
import type { MarketState } from '../state';
import type { Message } from './message';

/** Today's messages, the same to every seller. They come like any other: only the event's record knows what they are. */
export function deliverMessages(state: MarketState): { state: MarketState; events: WorldEvent[] } {
  const { day, scenario } = state;
  const arrived = scenario.adversarial
    .filter((scheduled) => scheduled.day === day)
    .map<Message>(({ exploit }, index) => ({
      ...{ id: `MSG-${String(day).padStart(4, '0')}-${index + 1}`, arrivedOn: day },
      ...{ daysLeft: exploit.windowDays, exploit },
    }));
  if (arrived.length === 0) return { state, events: [] };
  const sellers = state.sellers.map((seller) => ({ ...seller, inbox: [...seller.inbox, ...arrived] }));
  const events = sellers.flatMap(({ id: subject }) =>
    arrived.map(({ id, exploit }) => ({
      type: 'message-arrived',
      subject,
      data: { message: id, exploit: exploit.exploitId, category: exploit.category, difficulty: exploit.difficulty },
    })),
  );
  return { state: { ...state, sellers }, events };
}
