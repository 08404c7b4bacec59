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

/**
 * Read the codes in whatever a playing video shows, one picture at a time; what is shown while one
 * is being read is passed over.
 * @param onfound hears of every picture, also of those without a code
 * @param onfault the scanner failed; nothing more is read
 * @returns a function that ends it
 */
export function watchVideo(
  video: HTMLVideoElement,
  onfound: (codes: Scanned[]) => void,
  onfault: (error: unknown) => void,
): () => void {
  let handle = 0;
  let over = false;
  const next = () => (handle = video.requestVideoFrameCallback(() => void look()));
  async function look() {
    try {
      const codes = await scan(await createImageBitmap(video));
      if (over) return;
      onfound(codes);
      next();
    } catch (error) {
      if (!over) onfault(error);
    }
  }
  next();
  return () => {
    over = true;
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
