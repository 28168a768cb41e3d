import { axisTicks } from './axis-ticks';
import { boundsOf, lastTickOf, placesOf, type Series } from './series';

export interface SvgChart {
  title: string;
  /** What the vertical axis shows, with its unit. */
  yLabel: string;
  /** How a value is written beside the axis. */
  text(value: number): string;
  series: readonly Series[];
}

const WIDTH = 800;
const HEIGHT = 400;
const LEFT = 96;
const RIGHT = 24;
const TOP = 48;
const BOTTOM = 56;
/** Told apart by people who see red and green alike (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];
const GRID = '#dddddd';
const INK = '#222222';

/** A line chart that stands alone: no script, no font, no stylesheet from elsewhere. */
export function svgChart({ title, yLabel, text, series }: SvgChart): string {
  const scale = scaleOf(series);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    label(LEFT, 22, title, 'font-size="16" font-weight="bold"'),
    ...yAxis(scale, text, yLabel),
    ...xAxis(scale),
    ...series.map((one, index) => line(one, scale, COLOURS[index % COLOURS.length]!)),
    ...(series.length > 1 ? legend(series) : []),
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  low: number;
  high: number;
  firstTick: number;
  lastTick: number;
  x(tick: number): number;
  y(value: number): number;
}

function scaleOf(series: readonly Series[]): Scale {
  const { low, high } = boundsOf(series);
  const firstTick = Math.min(...series.map((one) => one.firstTick));
  const lastTick = Math.max(...series.map(lastTickOf));
  const part = (value: number, from: number, to: number) => (to > from ? (value - from) / (to - from) : 0.5);
  return {
    ...{ low, high, firstTick, lastTick },
    x: (tick) => rounded(LEFT + part(tick, firstTick, lastTick) * (WIDTH - LEFT - RIGHT)),
    y: (value) => rounded(HEIGHT - BOTTOM - part(value, low, high) * (HEIGHT - TOP - BOTTOM)),
  };
}

function yAxis({ low, high, y }: Scale, text: SvgChart['text'], yLabel: string): string[] {
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  return [
    ...axisTicks(low, high, 5).flatMap((value) => [
      `<path d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}" stroke="${GRID}"/>`,
      label(LEFT - 8, y(value) + 4, text(value), 'text-anchor="end"'),
    ]),
    label(16, middle, yLabel, `text-anchor="middle" transform="rotate(-90 16 ${middle})"`),
  ];
}

function xAxis({ firstTick, lastTick, x }: Scale): string[] {
  const bottom = HEIGHT - BOTTOM;
  const ticks = axisTicks(firstTick, lastTick, 8).filter((tick) => Number.isInteger(tick));
  return [
    `<path d="M${LEFT} ${TOP}V${bottom}H${WIDTH - RIGHT}" fill="none" stroke="${INK}"/>`,
    ...ticks.map((tick) => label(x(tick), bottom + 18, String(tick), 'text-anchor="middle"')),
    label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, 'tick', 'text-anchor="middle"'),
  ];
}

/** No more points than there are pixels. */
function line({ firstTick, values }: Series, { x, y }: Scale, colour: string): string {
  const points = placesOf(values.length, WIDTH).map((index) => `${x(firstTick + index)},${y(values[index]!)}`);
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

function legend(series: readonly Series[]): string[] {
  return series.map((one, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    return label(LEFT + 8, TOP + 14 + index * 16, `— ${one.label}`, `fill="${colour}"`);
  });
}

function label(x: number, y: number, text: string, attributes: string): string {
  const fill = attributes.includes('fill=') ? '' : ` fill="${INK}"`;
  return `<text x="${x}" y="${y}" ${attributes}${fill}>${escaped(text)}</text>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
