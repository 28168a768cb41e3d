import type { MetricSample } from './metric-log';

export const OPERATORS = ['>', '>=', '<', '<=', '=='] as const;
export type Operator = (typeof OPERATORS)[number];
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

interface RuleBase {
  name: string;
  severity: Severity;
  /** Somebody who was told is not told again before this time is over. */
  notificationIntervalMinutes: number;
}

/** Fires while the newest value of any series of the metric is beyond the threshold. */
export interface MetricRule extends RuleBase {
  metric: string;
  operator: Operator;
  threshold: number;
}

/** Fires while so many events of a type or more lie within the window. */
export interface EventRule extends RuleBase {
  eventType: string;
  frequencyThreshold: number;
  timeWindowMinutes: number;
}

export type AlertRule = MetricRule | EventRule;

export interface Alert {
  rule: string;
  severity: Severity;
  /** The metric's value, or the number of events. */
  found: number;
  /** False: it fires, and whoever is to know was told a short while ago. */
  notify: boolean;
}

export interface AlertFacts {
  latest: readonly MetricSample[];
  /** How many events of this type happened since. */
  eventsSince(eventType: string, sinceMs: number): number;
}

/** When each rule was last told, by name. */
export type Notified = ReadonlyMap<string, number>;

const MINUTE_MS = 60_000;

const HOLDS: Readonly<Record<Operator, (value: number, threshold: number) => boolean>> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '==': (value, threshold) => value === threshold,
};

/** What fires now, and who has been told of what when that was told. */
export function checkAlerts(
  rules: readonly AlertRule[],
  facts: AlertFacts,
  notified: Notified,
  nowMs: number,
): { alerts: Alert[]; notified: Notified } {
  const told = new Map(notified);
  const alerts = rules.flatMap((rule) => {
    const found = foundBy(rule, facts, nowMs);
    if (found === undefined) return [];
    const { name, severity, notificationIntervalMinutes } = rule;
    const last = notified.get(name);
    const notify = last === undefined || nowMs - last >= notificationIntervalMinutes * MINUTE_MS;
    if (notify) told.set(name, nowMs);
    return [{ rule: name, severity, found, notify }];
  });
  return { alerts, notified: told };
}

/** undefined: the rule does not fire. */
function foundBy(rule: AlertRule, { latest, eventsSince }: AlertFacts, nowMs: number): number | undefined {
  if ('metric' in rule) {
    const { metric, operator, threshold } = rule;
    return latest.find(({ name, value }) => name === metric && HOLDS[operator](value, threshold))?.value;
  }
  const count = eventsSince(rule.eventType, nowMs - rule.timeWindowMinutes * MINUTE_MS);
  return count >= rule.frequencyThreshold ? count : undefined;
}
