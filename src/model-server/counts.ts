/** Since the start of this process. `completed` + `cut` + those under way = `accepted`. */
export interface Counts {
  accepted: number;
  rejected: number;
  completed: number;
  cut: number;
}
