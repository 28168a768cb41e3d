import type { Category, Package, ProductLine } from '../catalogue';
import type { FeeSchedule } from '../rules';
import { share } from './cents';

const FLAT_FULFILLMENT_CENTS = 320;
const FLAT_PAYMENT_SHARE = 0.03;

/** What the market keeps of a sale: electronics 8 %, computers 6 %, everything else 15 %. */
const REFERRAL_SHARE: Readonly<Record<Category, number>> = {
  audio: 0.08,
  charging: 0.08,
  connectivity: 0.08,
  camera: 0.08,
  workstation: 0.06,
  accessories: 0.15,
};

interface SizeTier {
  /** Longest, middle and shortest side in inches, at most. */
  inchesMax: readonly [number, number, number];
  poundsMax: number;
  fulfillmentCents: number;
  centsPerPound: number;
  oversize: boolean;
}

/** From the smallest; a package belongs to the first that holds it. The fee is the tier's, with what its weight adds. */
const SIZE_TIERS: readonly SizeTier[] = [
  { inchesMax: [15, 12, 0.75], poundsMax: 1, fulfillmentCents: 322, centsPerPound: 0, oversize: false },
  { inchesMax: [18, 14, 8], poundsMax: 20, fulfillmentCents: 409, centsPerPound: 42, oversize: false },
  { inchesMax: [60, 30, 30], poundsMax: 70, fulfillmentCents: 973, centsPerPound: 0, oversize: true },
  { inchesMax: [108, 60, 60], poundsMax: 150, fulfillmentCents: 1_841, centsPerPound: 0, oversize: true },
  { inchesMax: [108, 108, 108], poundsMax: 150, fulfillmentCents: 8_998, centsPerPound: 0, oversize: true },
];
const SPECIAL_OVERSIZE: SizeTier = {
  ...{ inchesMax: [Infinity, Infinity, Infinity], poundsMax: Infinity },
  ...{ fulfillmentCents: 15_849, centsPerPound: 0, oversize: true },
};

/** Cubic inches that count as a pound, however light they are. */
const DIMENSIONAL_DIVISOR = 139;
const CUBIC_INCHES_PER_CUBIC_FOOT = 1_728;
/** A cubic foot for a month, from January to September and in the last quarter. */
const STORAGE_CENTS = { standard: [87, 240], oversize: [56, 140] } as const;
const LAST_QUARTER_FROM = 274;
const DAYS_A_MONTH = 30;

/** A package of a category when a product says nothing of its own. */
const PACKAGES: Readonly<Record<Category, Package>> = {
  audio: { inches: [7, 5, 3], pounds: 1 },
  charging: { inches: [5, 4, 0.7], pounds: 0.4 },
  connectivity: { inches: [6, 5, 0.7], pounds: 0.5 },
  workstation: { inches: [14, 10, 4], pounds: 4 },
  camera: { inches: [6, 5, 4], pounds: 1.2 },
  accessories: { inches: [13, 11, 0.7], pounds: 0.8 },
};

/** Of one unit shipped. */
export function fulfillmentCents(schedule: FeeSchedule, line: ProductLine): number {
  if (schedule === 'flat') return FLAT_FULFILLMENT_CENTS;
  const packed = packageOf(line);
  const { fulfillmentCents: base, centsPerPound } = tierOf(packed);
  return base + share(centsPerPound * shippingPounds(packed), 1);
}

/** What is kept of a sale's revenue: for the payment where fees are flat, by category where the market charges. */
export function shareKept(schedule: FeeSchedule, { category }: ProductLine): number {
  return schedule === 'flat' ? FLAT_PAYMENT_SHARE : REFERRAL_SHARE[category];
}

/** Of all units of a product on one day. @param dayOfYear 1 to 365 */
export function storageCents(schedule: FeeSchedule, line: ProductLine, units: number, dayOfYear: number): number {
  if (schedule === 'flat') return 0;
  const packed = packageOf(line);
  const [usual, lastQuarter] = STORAGE_CENTS[tierOf(packed).oversize ? 'oversize' : 'standard'];
  const rate = dayOfYear >= LAST_QUARTER_FROM ? lastQuarter : usual;
  return share((rate * units * cubicInches(packed)) / CUBIC_INCHES_PER_CUBIC_FOOT, 1 / DAYS_A_MONTH);
}

/** The larger of weight and volume, rounded up to a tenth of a pound. */
export function shippingPounds(packed: Package): number {
  return Math.ceil(Math.max(packed.pounds, cubicInches(packed) / DIMENSIONAL_DIVISOR) * 10) / 10;
}

function packageOf({ category, package: own }: ProductLine): Package {
  return own ?? PACKAGES[category];
}

function tierOf({ inches, pounds }: Package): SizeTier {
  const sides = [...inches].sort((a, b) => b - a);
  const holds = ({ inchesMax, poundsMax }: SizeTier) =>
    pounds <= poundsMax && inchesMax.every((most, side) => sides[side]! <= most);
  return SIZE_TIERS.find(holds) ?? SPECIAL_OVERSIZE;
}

function cubicInches({ inches: [length, width, height] }: Package): number {
  return length * width * height;
}
