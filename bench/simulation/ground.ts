import type { Client } from '@temporalio/client';
import type { Stack } from '../../src/adapters/embedded';
import type { BareSide } from '../bare-side';
import type { Simulations } from './simulations';

/** What all parts of this benchmark stand on. */
export interface Ground {
  stack: Stack;
  client: Client;
  simulations: Simulations;
  bare: BareSide;
}
