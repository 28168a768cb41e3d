/** Since the start of this process. `completed` + `cut` + those under way = `accepted`. */
export interface Counts {
  accepted: number;
  rejected: number;
  completed: number;
  cut: number;
  /** Requests answered from the store by their idempotency key: not accepted, and with no line in the book. */
  repeated: number;
}
