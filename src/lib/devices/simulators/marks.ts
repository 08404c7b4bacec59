import type { Simulator } from './simulator.ts';

/** Which simulated device is behind an object that the browser's interfaces gave. */
const behind = new WeakMap<object, Simulator>();

/** Marks an object of `navigator.hid` or `navigator.usb` as the page's side of a simulated device. */
export const mark = (device: object, simulator: Simulator): void =>
  void behind.set(device, simulator);

/** The simulated device behind an object of these interfaces; undefined for a real one. */
export const simulatorBehind = (device: object): Simulator | undefined => behind.get(device);

/** Simulated YubiHSMs have serial numbers from here on; those that are made have eight digits. */
const SIMULATED_SERIALS = 0xf000_0000;

/** A serial number for a simulated YubiHSM, from any number below 2³². */
export const simulatedSerial = (number: number): number =>
  SIMULATED_SERIALS + (number % 0x1000_0000);

export const isSimulatedSerial = (serial: number): boolean => serial >= SIMULATED_SERIALS;
