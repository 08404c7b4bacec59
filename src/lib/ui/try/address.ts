/** A rehearsal's address: the same one leads to the same state. */
import { stories, type Story } from '../../worker/rehearsal-story.ts';
import type { Plan } from '../../worker/rehearsal-room.ts';

const MAX_STEP = 2_000;

/** Reads `#/try?story=cheat&seed=7&step=12`; what is missing or wrong is the story of a key, 7, 0. */
export function planOf(hash: string): Plan {
  const query = new URLSearchParams(hash.split('?')[1] ?? '');
  const number = (name: string, otherwise: number, max: number): number => {
    const text = query.get(name) ?? '';
    return /^\d{1,10}$/.test(text) ? Math.min(Number(text), max) : otherwise;
  };
  const story: Story = stories.find((name) => name === query.get('story')) ?? 'key';
  return { story, seed: number('seed', 7, 0xffff_ffff), step: number('step', 0, MAX_STEP) };
}

/** The address of a rehearsal; without a step that of its beginning. */
export const addressOf = ({ story, seed, step }: Plan): string =>
  `#/try?story=${story}&seed=${seed}${step > 0 ? `&step=${step}` : ''}`;
