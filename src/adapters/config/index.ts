export { loadSettings, type LoadedSettings, type LoadOptions, type SettingOverrides } from './load-settings';
export { effectiveSettings, type EffectiveSetting } from './effective-settings';
export { describeSettings, type SettingDescription } from './describe-settings';
export type { Settings } from './settings';
