/** The call of a ceremony as a calendar file. */

export interface Call {
  /** Never changes for one call. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** ms since 1970. */
  readonly start: number;
  readonly minutes: number;
  /** When the file is made, ms since 1970. */
  readonly now: number;
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

/** An iCalendar file with one event, reminded of an hour before (RFC 5545 §3.6). */
export const calendarFile = ({ uid, title, description, start, minutes, now }: Call): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Conclave//Ceremony//EN',
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
    'TRIGGER:-PT1H',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
    .map((line) => `${folded(line)}\r\n`)
    .join('');
