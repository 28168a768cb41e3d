import type { ApiClient } from '../../../client/api-client';
import type { SimulationView } from '../../../contracts/api.schema';
import type { MarketResult } from '../../../domain/worlds/marketplace/result';
import { linesOfRun, recordOf } from '../../simulation/record-lines';
import { simulationPath } from '../../simulation/paths';
import { replayRecord, type ReplayReport } from '../../simulation/replay-record';
import type { PatientReader } from '../../view/patient-reader';
import type { BookCheck } from '../book';

/** What a finished run has left. */
interface ResultView {
  result: MarketResult;
  violations: unknown[];
}

/** What there is to say of one run when it is over. */
export interface ShownRun {
  /** Who decided, in words. */
  who: string;
  view: SimulationView;
  /** Of the whole run, the ticks that a fork took over among them. */
  totals: MarketResult['results'];
  /** Contradictions in its books. */
  violations: number;
  replay: ReplayReport;
  /** Where models were asked. */
  book: BookCheck | undefined;
}

/** Asks for the record and computes it again here: neither a model nor Temporal has a part in that. */
export async function shownRun(
  { api, reader }: { api: ApiClient; reader: PatientReader },
  { who, view, book }: Pick<ShownRun, 'who' | 'view' | 'book'>,
): Promise<ShownRun> {
  const { result, violations } = await reader.get<ResultView>(simulationPath(view.runId, 'result'));
  const record = recordOf(linesOfRun(api, view.runId), `the record of ${view.runId}`);
  const replay = await replayRecord(record, { until: undefined, inspect: false });
  return { who, view, totals: result.results, violations: violations.length, replay, book };
}
