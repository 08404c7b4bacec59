import type { Answer, Presence, Prompt } from '../devices/prompt.ts';
import type { Simulator } from '../devices/simulators/simulator.ts';

/** A prompt that waits, and how to answer it. */
export interface Asked {
  readonly prompt: Prompt;
  /** The drawn device that asks; undefined for a real one. */
  readonly simulator: Simulator | undefined;
  answer(answer: Answer): void;
}

/** Where the devices of one operator put their prompts, for a page to draw. */
export interface PromptDesk {
  /** The prompt that has waited longest; undefined where none waits. */
  readonly current: Asked | undefined;
  /** To be handed to the devices. */
  readonly ask: Presence;
}

/** `drawn`: the simulated device that a prompt comes from. */
export function promptDesk(drawn?: (prompt: Prompt) => Simulator | undefined): PromptDesk {
  let waiting = $state.raw<readonly Asked[]>([]);
  return {
    get current() {
      return waiting[0];
    },
    ask: (prompt, over) =>
      new Promise((resolve) => {
        const asked: Asked = {
          prompt,
          simulator: prompt.simulated ? drawn?.(prompt) : undefined,
          answer: (answer) => {
            leave();
            resolve(answer);
          },
        };
        const leave = () => (waiting = waiting.filter((other) => other !== asked));
        if (over.aborted) return;
        waiting = [...waiting, asked];
        over.addEventListener('abort', leave, { once: true });
      }),
  };
}
