/** A directory of this machine: what the folder courier needs of one, and the one that a browser gives. */
import { openDB, type IDBPDatabase } from 'idb';
import type { Bytes } from '../crypto/bytes.ts';

/** A file as it was when the directory was listed. */
export interface Entry {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last changed, in ms since 1970. */
  readonly modified: number;
}

/** A directory without its subdirectories. Every operation rejects where the system refuses it. */
export interface Directory {
  list(): Promise<Entry[]>;
  /** A file's bytes; undefined where it is gone. */
  read(name: string): Promise<Bytes | undefined>;
  /** Makes or replaces a file. */
  write(name: string, bytes: Bytes): Promise<void>;
  /** Gives a file its final name, which nothing bears; false where this system cannot. */
  rename(from: string, to: string): Promise<boolean>;
  remove(name: string): Promise<void>;
}

// What Chromium has and the types that come with TypeScript do not (File System Access).
type Permission = { mode: 'readwrite' };
type Handle = FileSystemDirectoryHandle & {
  values(): AsyncIterable<FileSystemHandle>;
  queryPermission(wanted: Permission): Promise<PermissionState>;
  requestPermission(wanted: Permission): Promise<PermissionState>;
};
type Movable = FileSystemFileHandle & { move?(name: string): Promise<void> };
interface Observer {
  observe(handle: FileSystemHandle): Promise<void>;
  disconnect(): void;
}
interface Platform {
  showDirectoryPicker?(options: { id: string } & Permission): Promise<Handle>;
  FileSystemObserver?: new (onchange: () => void) => Observer;
}

const platform = globalThis as Platform;
const WANTED: Permission = { mode: 'readwrite' };

/** A directory that a person chose. `allowed`: it may be read and written now, without asking. */
export interface ChosenDirectory {
  readonly name: string;
  readonly handle: FileSystemDirectoryHandle;
  readonly allowed: boolean;
}

/** Whether this browser can open directories. */
export const hasDirectories = (): boolean => typeof platform.showDirectoryPicker === 'function';

/** Let the person choose a directory, and remember it; undefined where none was chosen. Needs a click. */
export async function chooseDirectory(): Promise<ChosenDirectory | undefined> {
  try {
    const handle = await platform.showDirectoryPicker!({ id: 'conclave', ...WANTED });
    await remember(handle);
    return { name: handle.name, handle, allowed: true };
  } catch (error) {
    if ((error as DOMException).name === 'AbortError') return undefined;
    throw error;
  }
}

/** The directory chosen last, if it is remembered. */
export async function rememberedDirectory(): Promise<ChosenDirectory | undefined> {
  const handle = await withStore((db) => db.get(STORE, KEY) as Promise<Handle | undefined>);
  if (!handle) return undefined;
  const allowed = (await handle.queryPermission(WANTED)) === 'granted';
  return { name: handle.name, handle, allowed };
}

/** Ask again for what the browser forgot; whether the person allowed it. Needs a click. */
export const allowDirectory = async ({ handle }: ChosenDirectory): Promise<boolean> =>
  (await (handle as Handle).requestPermission(WANTED)) === 'granted';

/** Keep a directory's handle for the next start. */
export const remember = (handle: FileSystemDirectoryHandle): Promise<void> =>
  withStore(async (db) => {
    await db.put(STORE, handle, KEY);
  });

/** Remember no directory. Nothing in it is touched. */
export const forgetDirectory = (): Promise<void> => withStore((db) => db.delete(STORE, KEY));

const STORE = 'directory';
const KEY = 'chosen';

async function withStore<T>(use: (db: IDBPDatabase) => Promise<T>): Promise<T> {
  const db = await openDB('conclave-folder', 1, {
    upgrade(fresh) {
      fresh.createObjectStore(STORE);
    },
  });
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

/** The browser's directory behind our interface. */
export function directoryOf(handle: FileSystemDirectoryHandle): Directory {
  const openFile = async (name: string) => (await handle.getFileHandle(name)).getFile();
  return {
    async list() {
      const entries: Entry[] = [];
      for await (const child of (handle as Handle).values()) {
        if (child.kind !== 'file') continue;
        const file = await gone(child.getFile());
        if (file) entries.push({ name: child.name, size: file.size, modified: file.lastModified });
      }
      return entries;
    },
    async read(name) {
      // A file that changes between the two steps is refused by the browser; that is as good as gone.
      const buffer = await gone(openFile(name).then((file) => file.arrayBuffer()));
      return buffer && new Uint8Array(buffer);
    },
    async write(name, bytes) {
      const file = await handle.getFileHandle(name, { create: true });
      const writable = await file.createWritable();
      await writable.write(bytes);
      await writable.close();
    },
    async rename(from, to) {
      const file: Movable = await handle.getFileHandle(from);
      if (!file.move) return false;
      return file.move(to).then(
        () => true,
        () => false,
      );
    },
    remove: (name) => handle.removeEntry(name),
  };
}

async function gone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const { name } = error as DOMException;
    if (name === 'NotFoundError' || name === 'NotReadableError') return undefined;
    throw error;
  }
}

/** How often a directory is looked at, in ms: alone, and beside an observer that tells of changes. */
const EVERY_MS = 2_000;
const BESIDE_OBSERVER_MS = 10_000;

/**
 * Call `look` now, whenever the directory changes and every few seconds, never twice at a time.
 * @returns a function that ends it
 */
export function watchDirectory(
  handle: FileSystemDirectoryHandle,
  look: () => Promise<void>,
): () => void {
  let [busy, again, over] = [false, false, false];
  async function tick() {
    again = busy;
    if (busy || over) return;
    busy = true;
    await look().finally(() => (busy = false));
    if (again) await tick();
  }
  let timer = setInterval(() => void tick(), EVERY_MS);
  const observer =
    platform.FileSystemObserver && new platform.FileSystemObserver(() => void tick());
  observer?.observe(handle).then(
    () => {
      if (over) return;
      clearInterval(timer);
      timer = setInterval(() => void tick(), BESIDE_OBSERVER_MS);
    },
    () => undefined, // not every file system can be observed: it is looked at
  );
  void tick();
  return () => {
    over = true;
    clearInterval(timer);
    observer?.disconnect();
  };
}
