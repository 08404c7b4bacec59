import type { Snippet } from 'svelte';

/** One step of a list and where it stands. */
export interface Step {
  readonly title: string;
  readonly state: 'done' | 'running' | 'todo' | 'failed';
  readonly detail?: string;
  /** What the person does now, as controls. */
  readonly action?: Snippet;
}
