import type { ChatRequest } from '../chat/request';
import type { Generation } from '../chat/generate';
import type { ApiError } from '../http/api-error';
import type { Wire } from '../wire';
import type { BatchError, BatchLine } from './batch';

/** One request of a batch, as it is named in what comes back. */
export interface LineRef {
  batchId: string;
  index: number;
  customId: string;
  requestId: string;
}

/** How the requests of a batch and their answers are written on one wire; what becomes of them is the same on each. */
export interface LineForm {
  wire: Wire;
  /** The requests of an input file, or what is wrong with it: then nothing of it is processed or billed. */
  readLines(text: string): { lines: BatchLine[]; errors: BatchError[] };
  /** @throws ApiError */
  parse(body: object): ChatRequest;
  answered(line: LineRef, request: ChatRequest, generation: Generation): string;
  /** What the endpoint would have refused. */
  refused(line: LineRef, error: ApiError): string;
  /** A request that was never processed. */
  unprocessed(line: LineRef, status: 'expired' | 'cancelled'): string;
  /** Answers and errors together. */
  hasOneFile: boolean;
}
