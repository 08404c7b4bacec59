import type { DeviceIdentity } from './device.ts';

/*
 * What a device is asking a person for right now. Drivers describe it; a page draws it and, where the
 * device is a drawn one, lets the person press its buttons.
 */

/** A question that waits at a device. */
export interface Prompt {
  readonly kind: DeviceIdentity['kind'];
  readonly model: string;
  readonly serial: string;
  readonly asks:
    | { readonly to: 'enrol' }
    | { readonly to: 'derive'; readonly labels: readonly string[] }
    | { readonly to: 'approve'; readonly statement: string };
  /** What the device's own display shows, page by page, line by line; empty where it has none. */
  readonly screen: readonly (readonly string[])[];
}

/** What the person did; for a device with buttons of its own, `refused` means: no longer wanted. */
export type Answer = 'approved' | 'refused' | 'unplugged';

/**
 * Puts a prompt before a person. `over` aborts once the answer no longer matters: the device
 * answered by itself, was unplugged, or the time is up; the promise may then stay pending.
 */
export type Presence = (prompt: Prompt, over: AbortSignal) => Promise<Answer>;

/** A small display, in characters. */
export const COLUMNS = 26;
export const ROWS = 6;

/**
 * Text on a small display: lines of at most `COLUMNS` characters, pages of at most `ROWS` lines.
 * Lines break after a space if they can. Nothing is left out: the lines of a paragraph, joined, are
 * the paragraph.
 */
export function pages(text: string): string[][] {
  const lines = text.split('\n').flatMap(wrapped);
  return Array.from({ length: Math.ceil(lines.length / ROWS) }, (_, page) =>
    lines.slice(page * ROWS, (page + 1) * ROWS),
  );
}

function wrapped(paragraph: string): string[] {
  const lines: string[] = [];
  let rest = paragraph;
  while (rest.length > COLUMNS) {
    const space = rest.lastIndexOf(' ', COLUMNS - 1);
    const end = space < 0 ? COLUMNS : space + 1;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...lines, rest];
}
