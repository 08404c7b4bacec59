import { expect, test } from 'vitest';
import { calendarFile, type Appointment } from './calendar.ts';

const now = Date.UTC(2027, 1, 20);
const call: Appointment = {
  uid: 'abc@conclave',
  title: 'Key ceremony: Bay, Harbour; "Ünï"',
  description: `Have ready: ${'a long list, '.repeat(12)}🗝🗝🗝🗝🗝🗝🗝🗝\nand paper`,
  start: Date.UTC(2027, 2, 1, 14, 5),
  minutes: 66,
  remind: 'PT1H',
};

test('a calendar file as RFC 5545 wants it: times in UTC, text escaped, lines of 75 octets', () => {
  const file = calendarFile([call], now);
  expect(file).toContain('DTSTART:20270301T140500Z\r\nDTEND:20270301T151100Z\r\n');
  expect(file).toContain('SUMMARY:Key ceremony: Bay\\, Harbour\\; "Ünï"\r\n');
  for (const line of file.split('\r\n'))
    expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  const unfolded = file.replaceAll('\r\n ', '');
  expect(unfolded).toContain('🗝🗝🗝🗝🗝🗝🗝🗝\\nand paper\r\n');
  expect(file.endsWith('END:VCALENDAR\r\n')).toBe(true);
});

test('several appointments stand in one calendar, each with its own reminder', () => {
  const due: Appointment = { ...call, uid: 'def@conclave', remind: 'P7D' };
  const lines = calendarFile([call, due], now).replaceAll('\r\n ', '').split('\r\n');
  const of = (start: string) => lines.filter((line) => line.startsWith(start));
  expect(of('BEGIN:')).toEqual([
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'BEGIN:VALARM',
    'BEGIN:VEVENT',
    'BEGIN:VALARM',
  ]);
  expect(of('UID:')).toEqual(['UID:abc@conclave', 'UID:def@conclave']);
  expect(of('TRIGGER:')).toEqual(['TRIGGER:-PT1H', 'TRIGGER:-P7D']);
  expect(of('DTSTAMP:')).toEqual(Array(2).fill('DTSTAMP:20270220T000000Z'));
  expect(of('END:').at(-1)).toBe('END:VCALENDAR');
});
