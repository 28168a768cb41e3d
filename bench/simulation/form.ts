/** How much is done. */
export interface Form {
  says: string;
  /** Of the run that fast-forwards. */
  forwardTicks: number;
  /** Of the run with an agent. */
  agentTicks: number;
  /** Of the run that its cassette answers. */
  fastTicks: number;
  /** Our run, then the other side; medians of so many. */
  pairs: number;
  kills: number;
}

export const FORMS: Record<'quick' | 'usual', Form> = {
  quick: {
    says: 'quick: one pair and one kill; 400 ticks of a fast-forward, 40 with an agent, 200 from a cassette',
    ...{ forwardTicks: 400, agentTicks: 40, fastTicks: 200, pairs: 1, kills: 1 },
  },
  usual: {
    says: 'usual: five pairs and kills; 10,000 ticks of a fast-forward, 100 with an agent, 400 from a cassette',
    ...{ forwardTicks: 10_000, agentTicks: 100, fastTicks: 400, pairs: 5, kills: 5 },
  },
};
