/** The last of what came, in its order: so many, however many there were. */
export class Latest<T> {
  private items: T[] = [];

  constructor(private readonly most: number) {}

  add(item: T): void {
    this.items.push(item);
    if (this.items.length >= 2 * this.most) this.items = this.list;
  }

  get list(): T[] {
    return this.items.slice(-this.most);
  }
}
