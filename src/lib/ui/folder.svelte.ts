/** The shared folder, open for the whole app: what came through it, and putting things there. */
import type { Bytes } from '../crypto/bytes.ts';
import {
  allowDirectory,
  chooseDirectory,
  directoryOf,
  forgetDirectory,
  hasDirectories,
  rememberedDirectory,
  watchDirectory,
  type ChosenDirectory,
} from '../courier/directory.ts';
import { Folder, type Arrival, type Unreadable } from '../courier/folder.ts';

interface FolderState {
  /** `asks`: one is remembered, and a click must allow it again. */
  status: 'unsupported' | 'none' | 'asks' | 'open';
  name: string;
  /** Everything that came since it was opened, in this order. */
  arrived: readonly Arrival[];
  unreadable: readonly Unreadable[];
  /** The person or a policy said no. */
  refused: boolean;
  /** The browser's sentence, where the folder cannot be used at the moment. */
  failure: string | undefined;
}

export const folder: FolderState = $state({
  status: hasDirectories() ? 'none' : 'unsupported',
  name: '',
  arrived: [],
  unreadable: [],
  refused: false,
  failure: undefined,
});

let remembered: ChosenDirectory | undefined;
let open: Folder | undefined;
let stopWatching: (() => void) | undefined;
let started = false;

/** Open the folder of the last time where the browser still allows it; the first call counts. */
export async function startFolder(): Promise<void> {
  if (started || folder.status === 'unsupported') return;
  started = true;
  remembered = await rememberedDirectory().catch(() => undefined); // no storage: nothing remembered
  if (remembered?.allowed) use(remembered);
  else if (remembered) {
    folder.status = 'asks';
    folder.name = remembered.name;
  }
}

/** Let the person choose a folder. Needs a click. */
export const chooseFolder = (): Promise<void> =>
  permitted(async () => {
    const chosen = await chooseDirectory();
    if (chosen) use(chosen);
    return true;
  });

/** Open the remembered folder. Needs a click. */
export const allowFolder = (): Promise<void> =>
  permitted(async () => {
    const allowed = remembered !== undefined && (await allowDirectory(remembered));
    if (allowed) use(remembered!);
    return allowed;
  });

/** Watch it no more and forget it. */
export async function closeFolder(): Promise<void> {
  stopWatching?.();
  open = undefined;
  Object.assign(folder, {
    status: 'none',
    name: '',
    arrived: [],
    unreadable: [],
    failure: undefined,
  });
  await forgetDirectory();
}

/**
 * Put a bundle into the open folder.
 * @returns the file's name; undefined where it could not be written, and `folder.failure` says why
 */
export async function publish(bundle: Bytes): Promise<string | undefined> {
  try {
    const name = await open?.publish(bundle);
    folder.failure = undefined;
    return name;
  } catch (error) {
    folder.failure = sentence(error);
    return undefined;
  }
}

async function permitted(act: () => Promise<boolean>): Promise<void> {
  try {
    folder.refused = !(await act());
  } catch {
    folder.refused = true;
  }
}

function use({ handle, name }: ChosenDirectory): void {
  stopWatching?.();
  const using = new Folder(directoryOf(handle), () => Date.now());
  open = using;
  Object.assign(folder, { status: 'open', name, arrived: [], unreadable: [], failure: undefined });
  stopWatching = watchDirectory(handle, async () => {
    try {
      const { arrived, unreadable } = await using.poll();
      if (open !== using) return;
      if (arrived.length > 0) folder.arrived = [...folder.arrived, ...arrived];
      folder.unreadable = unreadable;
      folder.failure = undefined;
    } catch (error) {
      if (open === using) folder.failure = sentence(error);
    }
  });
}

const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
