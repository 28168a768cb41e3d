/** Cents of a world as `$1,234.50`; a debt as `-$1,234.50`. */
export function formatCents(cents: number): string {
  const [whole, fraction] = (Math.abs(cents) / 100).toFixed(2).split('.');
  return `${cents < 0 ? '-' : ''}$${whole!.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`;
}
