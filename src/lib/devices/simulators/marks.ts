import type { Simulator } from './simulator.ts';

/** Which simulated device is behind an object that the browser's interfaces gave. */
const behind = new WeakMap<object, Simulator>();

/** Marks an object of `navigator.hid` or `navigator.usb` as the page's side of a simulated device. */
export const mark = (device: object, simulator: Simulator): void =>
  void behind.set(device, simulator);

/** The simulated device behind an object of these interfaces; undefined for a real one. */
export const simulatorBehind = (device: object): Simulator | undefined => behind.get(device);
