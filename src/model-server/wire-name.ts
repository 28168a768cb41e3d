/** The formats that providers speak. */
export type WireName = 'openai' | 'anthropic';
