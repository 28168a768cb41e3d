/** What a runner says it can: a fact, an amount, or a choice. */
export type Capability = string | number | boolean | readonly string[];
export type Capabilities = Readonly<Record<string, Capability>>;

/** Whether everything that is wanted is offered: texts and truths as they are, one or all of a list, at least an amount. */
export function offers(offered: Capabilities, wanted: Capabilities): boolean {
  return Object.entries(wanted).every(([name, value]) => covers(offered[name], value));
}

function covers(offered: Capability | undefined, wanted: Capability): boolean {
  if (typeof wanted === 'number') return typeof offered === 'number' && offered >= wanted;
  if (typeof wanted === 'boolean') return offered === wanted;
  const choices = typeof offered === 'object' ? offered : [offered];
  return (typeof wanted === 'string' ? [wanted] : wanted).every((choice) => choices.includes(choice));
}

/** As people read them, in messages: `framework langchain, memoryGb 4`. */
export function capabilitiesText(capabilities: Capabilities): string {
  const texts = Object.entries(capabilities).map(([name, value]) => `${name} ${valueText(value)}`);
  return texts.length === 0 ? 'no capabilities' : texts.sort().join(', ');
}

function valueText(value: Capability): string {
  return typeof value === 'object' ? value.join('+') : String(value);
}
