/** Whose a fetch is: what it leaves unfinished goes with them. Neither may have line breaks. */
export interface FetchOwner {
  readonly lineage: string;
  readonly resource: string;
}
