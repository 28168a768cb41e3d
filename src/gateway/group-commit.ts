import { present } from '../domain/kernel/assert';

export interface GroupCommitOptions<Item, Answer> {
  /** One statement for all of them; answers in the order of the items. */
  commit(items: readonly Item[]): Promise<readonly Answer[]>;
  /** Whether an error may be one item's own fault, so that its neighbours are asked for without it. */
  mayBeOnes(error: unknown): boolean;
  /** Statements under way at once. */
  atOnce: number;
  /** Items of one statement at most. */
  size: number;
}

export interface GroupCounts {
  statements: number;
  items: number;
}

interface Member<Item, Answer> {
  item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  stopListening(): void;
}

/**
 * What comes together shares one statement. Who comes while `atOnce` of them are under way gathers with others, and all
 * go together as soon as one ends; otherwise nobody waits for longer than the event loop's turn. A timer that waits for
 * others would make each call of a chain later by its length, and gain nothing.
 */
export class GroupCommit<Item, Answer> {
  #gathering: Member<Item, Answer>[] = [];
  #underWay = 0;
  #turn: NodeJS.Immediate | null = null;
  readonly counts: GroupCounts = { statements: 0, items: 0 };

  constructor(private readonly options: GroupCommitOptions<Item, Answer>) {}

  /**
   * @param signal leaves while others are waited for; what is under way is answered, because it may have been done
   * @throws this item's own error, or the one of a statement that failed for all
   */
  add(item: Item, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const leave = () => {
        this.#gathering = this.#gathering.filter((other) => other !== member);
        reject(signal?.reason as Error);
      };
      const stopListening = () => signal?.removeEventListener('abort', leave);
      const member: Member<Item, Answer> = { item, resolve, reject, stopListening };
      signal?.addEventListener('abort', leave, { once: true });
      this.#gathering.push(member);
      // At the end of the turn: what the same turn brings goes along.
      this.#turn ??= setImmediate(() => {
        this.#turn = null;
        this.#go();
      });
    });
  }

  #go(): void {
    while (this.#gathering.length > 0 && this.#underWay < this.options.atOnce) {
      const group = this.#gathering.splice(0, this.options.size);
      group.forEach(({ stopListening }) => stopListening());
      this.#underWay += 1;
      void this.#commit(group).finally(() => {
        this.#underWay -= 1;
        this.#go();
      });
    }
  }

  /** By halves, so that one bad item among twenty costs its neighbours a few statements and not their answers. */
  async #commit(group: readonly Member<Item, Answer>[]): Promise<void> {
    this.counts.statements += 1;
    try {
      const answers = await this.options.commit(group.map(({ item }) => item));
      group.forEach(({ resolve }, at) => resolve(present(answers[at], `group commit: no answer for item ${at}`)));
      this.counts.items += group.length;
    } catch (error) {
      if (group.length === 1 || !this.options.mayBeOnes(error)) return group.forEach(({ reject }) => reject(error));
      const middle = group.length >> 1;
      await this.#commit(group.slice(0, middle));
      await this.#commit(group.slice(middle));
    }
  }
}
