/**
 * The known word nearest to a misspelt one, for "did you mean". Nothing when it differs in more than a third of its
 * letters: a wrong guess costs the reader more than none.
 */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST_COMPARED) return undefined;
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(normal(word), normal(candidate));
    if (distance <= allowed(word, candidate) && distance < (best?.distance ?? Infinity))
      best = { word: candidate, distance };
  }
  return best?.word;
}

/** Of one- and two-letter words no letter: `c` is no slip for `b`. */
function allowed(word: string, candidate: string): number {
  const letters = Math.min(word.length, candidate.length);
  return letters < 3 ? 0 : Math.max(1, Math.floor(letters / 3));
}

/** ` Did you mean "x"?`, or nothing: made to be put behind a sentence. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
}

/**
 * The same for many words at once. A thousand agents with two hundred misspelt dependencies each would be 190 million
 * comparisons; the reader of the first hundred hints needs no more.
 */
export class Hints {
  private given = 0;

  constructor(private readonly atMost = 100) {}

  for(word: string, known: Iterable<string>): string {
    if (this.given >= this.atMost) return '';
    this.given += 1;
    return didYouMean(word, known);
  }
}

/** `a, b, c and 17 more`: lists in messages stay readable, however large the graph is. */
export function listed(words: readonly string[], atMost = 12): string {
  if (words.length === 0) return 'none';
  const shown = words.slice(0, atMost).join(', ');
  return words.length > atMost ? `${shown} and ${words.length - atMost} more` : shown;
}

/** Names and field names are shorter; a megabyte of "field name" is not worth a comparison. */
const LONGEST_COMPARED = 128;

function normal(word: string): string {
  return word.slice(0, LONGEST_COMPARED).toLowerCase().replace(/[_-]/g, '');
}

/** Levenshtein with two rows. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
