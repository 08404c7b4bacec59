/** What every page about one thing at a desk does: it reads the desk, and leads the focus. */
import { tick, untrack } from 'svelte';
import type { GroupView } from '../worker/view.ts';
import type { DeskLive } from './desk-live.svelte.ts';

export interface Attended {
  /** Whether this is what the page is about. */
  readonly main: boolean;
  /** Raised by whoever else changes the desk: the view is read again. */
  readonly revision: number;
  /** Told of every view. */
  readonly onview: ((view: GroupView) => void) | undefined;
  readonly heading: HTMLElement | undefined;
  /** The next step. */
  readonly now: { focus(): void } | undefined;
}

/** To be called where a component begins; `page` says what is there at any time. */
export function attend(live: DeskLive, page: () => Attended): void {
  const revision = $derived(page().revision);
  const onview = $derived(page().onview);
  const main = $derived(page().main);
  const heading = $derived(page().heading);

  $effect(() => {
    if (revision >= 0) void untrack(() => live.load());
  });

  $effect(() => {
    if (live.view) onview?.(live.view);
  });

  // A new step takes the focus, and so does the old one where what had it is gone.
  let focused = '';
  $effect(() => {
    const { acted, title } = live;
    if (acted === 0) {
      focused = title;
      return;
    }
    void tick().then(() => {
      if (title !== focused || document.activeElement === document.body) page().now?.focus();
      focused = title;
    });
  });

  // Whoever came by a link lands on the heading, once there is one.
  $effect(() => {
    const there = heading;
    if (main && document.activeElement === document.body) there?.focus();
  });
}
