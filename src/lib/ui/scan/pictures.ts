/** Pictures for the scanner: from a camera, an image file, a video file. */
import { scan, type Scanned } from './scanner.ts';

/** Why a camera does not give pictures. */
export type CameraFault =
  /** The person or a policy said no. */
  | 'denied'
  | 'none'
  /** Another program holds it. */
  | 'busy'
  /** It was there and went away. */
  | 'lost'
  /** The browser offers no cameras at this address. */
  | 'unsupported';

/** A camera of this machine. The name is empty until one was allowed. */
export interface Camera {
  readonly id: string;
  readonly name: string;
}

const FAULTS: Readonly<Record<string, CameraFault>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** 1280 × 720 shows a dense code at arm's length, and is read in milliseconds. */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** Photographs are shrunk to this before they are read, in pixels: memory is finite, codes are not that fine. */
const MAX_SIDE = 4096;

/**
 * Start a camera: the one named, else the one that looks away from the person.
 * @returns the running camera, or why there is none
 */
export async function openCamera(id?: string): Promise<MediaStream | CameraFault> {
  if (!('mediaDevices' in navigator)) return 'unsupported';
  const which = id ? { deviceId: { exact: id } } : { facingMode: 'environment' };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...SIZE, ...which } });
  } catch (error) {
    return FAULTS[(error as DOMException).name] ?? 'busy';
  }
}

/** The cameras to choose from. */
export async function listCameras(): Promise<Camera[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind }) => kind === 'videoinput')
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

/** Who hears of what a video shows. */
export interface Watcher {
  /** Called for every picture that was read, also for one without a code. */
  onfound(codes: Scanned[]): void;
  /** A film is over, and its last picture was read. */
  onend(): void;
  /** The scanner failed; nothing more is read. */
  onfault(error: unknown): void;
}

/**
 * Read the codes in whatever a playing video shows, one picture at a time. A film waits while one is
 * being read; what a camera sees meanwhile is passed over.
 * @returns a function that ends it
 */
export function watchVideo(video: HTMLVideoElement, watcher: Watcher): () => void {
  const isFilm = video.srcObject === null;
  let handle = 0;
  let [reading, over] = [false, false];
  const next = () => (handle = video.requestVideoFrameCallback(() => void look()));
  const end = () => {
    if (!reading && !over) watcher.onend();
  };

  async function look() {
    reading = true;
    if (isFilm) video.pause();
    try {
      // What is shown may be gone already, or memory short: the next picture will do.
      const picture = await createImageBitmap(video).catch(() => undefined);
      const codes = picture && (await scan(picture));
      if (codes && !over) watcher.onfound(codes);
    } catch (error) {
      if (!over) watcher.onfault(error);
      return;
    } finally {
      reading = false;
    }
    if (over) return;
    if (video.ended) {
      end();
      return;
    }
    next();
    if (isFilm) video.play().catch(() => undefined); // the element says itself what it cannot play
  }

  video.addEventListener('ended', end);
  next();
  return () => {
    over = true;
    video.removeEventListener('ended', end);
    video.cancelVideoFrameCallback(handle);
  };
}

/**
 * The codes in an image file; undefined where the browser cannot show it.
 * @throws where the scanner cannot be started
 */
export async function scanImage(file: Blob): Promise<Scanned[] | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  const scale = MAX_SIDE / Math.max(picture.width, picture.height);
  if (scale >= 1) return scan(picture);
  const smaller = await createImageBitmap(picture, {
    resizeWidth: Math.max(1, Math.round(picture.width * scale)),
    resizeHeight: Math.max(1, Math.round(picture.height * scale)),
    resizeQuality: 'high',
  });
  picture.close();
  return scan(smaller);
}
