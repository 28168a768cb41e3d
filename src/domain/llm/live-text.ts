/** A piece of an answer under way: text of attempt `n` that begins at `offset`, in UTF-16 units. */
export interface TextPiece {
  n: number;
  offset: number;
  text: string;
}

/**
 * What a reader along was shown of an answer, and what may be shown next. Everything shown is the beginning of one text:
 * a later attempt is followed only where it says the same again. Pieces may come twice, and pieces may be missing.
 */
export class LiveText {
  #shown = '';
  #n = 0;
  #text = '';
  #torn = false;

  get shown(): string {
    return this.#shown;
  }

  /** @returns the text to show next, empty when there is none */
  take({ n, offset, text }: TextPiece): string {
    if (n < this.#n) return '';
    if (n > this.#n) this.#follow(n);
    this.#torn ||= offset > this.#text.length;
    if (this.#torn) return '';
    this.#text += text.slice(this.#text.length - offset);
    return this.#show(this.#text) ?? '';
  }

  /** @returns what the stored answer has beyond what was shown; null when it does not begin like that */
  finish(answer: string): string | null {
    return this.#show(answer);
  }

  #follow(n: number): void {
    this.#n = n;
    this.#text = '';
    this.#torn = false;
  }

  #show(text: string): string | null {
    if (!text.startsWith(this.#shown)) return null;
    const next = text.slice(this.#shown.length);
    this.#shown = text;
    return next;
  }
}
