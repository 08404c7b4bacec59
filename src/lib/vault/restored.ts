/**
 * What an import leaves with each group's log: a mark that it came from an export. Whoever opens the
 * log notes that in it and removes the mark. Times decide nothing: a clock may be wrong.
 */

/** The groups with a log among these records' keys: `log/<group>/…`. */
export const groupsIn = (keys: readonly string[]): string[] => [
  ...new Set(keys.flatMap((key) => /^log\/([^/]+)\//.exec(key)?.[1] ?? [])),
];

/** The key of a group's mark; the record is empty. */
export const restoredMark = (group: string): string => `group/${group}/restored`;
