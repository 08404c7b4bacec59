import { expect, test } from 'vitest';
import { deviceFaultNames } from '../../devices/device.ts';
import { deviceFaultText } from './device-faults.ts';

test('a fault says what was reported with it, and nothing where nothing was', () => {
  const reported = deviceFaultText({ fault: 'other-seed', detail: 'f5acc2fd, not 73c5da0a' });
  expect(reported.cause).toMatch(/ Reported: f5acc2fd, not 73c5da0a$/);
  expect(deviceFaultText({ fault: 'other-seed' }).cause).not.toMatch(/Reported|undefined/);
});

test('no two faults happened in the same words', () => {
  const happened = deviceFaultNames.map((fault) => deviceFaultText({ fault }).happened);
  expect(new Set(happened).size).toBe(deviceFaultNames.length);
});
