import { describeSettings, type SettingDescription } from './describe-settings';
import type { Origin } from './layers';
import type { LoadedSettings } from './load-settings';
import { masked } from './mask';

export interface EffectiveSetting extends SettingDescription {
  /** Masked when secret; undefined when not set. */
  value: string | number | undefined;
  origin: Origin;
}

/** Each setting with its value and where it came from, for `longhaul config show`. */
export function effectiveSettings({ settings, origins }: LoadedSettings): EffectiveSetting[] {
  return describeSettings().map((setting) => {
    const found = valueAt(settings, setting.path);
    const value = (setting.list ? JSON.stringify(found) : found) as string | number | undefined;
    const fallback = setting.secret && setting.fallback !== undefined ? masked(setting.fallback) : setting.fallback;
    return {
      ...setting,
      fallback,
      value: setting.secret && value !== undefined ? masked(value) : value,
      origin: origins.get(setting.path) ?? 'default',
    };
  });
}

function valueAt(settings: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], settings);
}
