/** Appointments as a calendar file: the call of a ceremony, and what of a backup falls due. */

export interface Appointment {
  /** Never changes for one appointment. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** ms since 1970. */
  readonly start: number;
  readonly minutes: number;
  /** How long before it one is reminded: hours or whole days (RFC 5545 §3.3.6). */
  readonly remind: `PT${number}H` | `P${number}D`;
}

const utf8 = new TextEncoder();

/** UTC, as `19980119T020000Z` (RFC 5545 §3.3.5). */
const moment = (ms: number): string =>
  new Date(ms).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');

/** TEXT (§3.3.11). */
const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

/** Folds a content line at 75 octets (§3.1), never inside a character. */
function folded(line: string): string {
  let text = '';
  let room = 75;
  for (const character of line) {
    const size = utf8.encode(character).length;
    if (room < size) {
      text += '\r\n ';
      room = 74;
    }
    text += character;
    room -= size;
  }
  return text;
}

const eventLines = (
  { uid, title, description, start, minutes, remind }: Appointment,
  now: number,
): string[] => [
  'BEGIN:VEVENT',
  `UID:${escaped(uid)}`,
  `DTSTAMP:${moment(now)}`,
  `DTSTART:${moment(start)}`,
  `DTEND:${moment(start + minutes * 60_000)}`,
  `SUMMARY:${escaped(title)}`,
  `DESCRIPTION:${escaped(description)}`,
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  `DESCRIPTION:${escaped(title)}`,
  `TRIGGER:-${remind}`,
  'END:VALARM',
  'END:VEVENT',
];

/** An iCalendar file with an event for each appointment (RFC 5545 §3.6). `now`: ms since 1970. */
export const calendarFile = (appointments: readonly Appointment[], now: number): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Conclave//Ceremony//EN',
    ...appointments.flatMap((one) => eventLines(one, now)),
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
