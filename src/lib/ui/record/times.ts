/** A point in time on paper: `2027-03-01 14:05:09 UTC`, the same wherever it is read. `at`: ms since 1970. */
export const utcText = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
