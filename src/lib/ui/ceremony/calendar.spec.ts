import { expect, test } from 'vitest';
import { calendarFile } from './calendar.ts';

const call = {
  uid: 'abc@conclave',
  title: 'Key ceremony: Bay, Harbour; "Ünï"',
  description: `Have ready: ${'a long list, '.repeat(12)}🗝🗝🗝🗝🗝🗝🗝🗝\nand paper`,
  start: Date.UTC(2027, 2, 1, 14, 5),
  minutes: 66,
  now: Date.UTC(2027, 1, 20),
};

test('a calendar file as RFC 5545 wants it: times in UTC, text escaped, lines of 75 octets', () => {
  const file = calendarFile(call);
  expect(file).toContain('DTSTART:20270301T140500Z\r\nDTEND:20270301T151100Z\r\n');
  expect(file).toContain('SUMMARY:Key ceremony: Bay\\, Harbour\\; "Ünï"\r\n');
  for (const line of file.split('\r\n'))
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  const unfolded = file.replaceAll('\r\n ', '');
  expect(unfolded).toContain('🗝🗝🗝🗝🗝🗝🗝🗝\\nand paper\r\n');
  expect(file.endsWith('END:VCALENDAR\r\n')).toBe(true);
});
