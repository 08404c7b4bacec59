/** Points in time as people read them: ISO order, the machine's own clock. */

const two = (value: number): string => String(value).padStart(2, '0');

export const clockText = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}`;

/** `2027-03-01 14:05`; without the day where it is that of `now`. */
export function timeText(date: Date, now?: Date): string {
  if (date.toDateString() === now?.toDateString()) return clockText(date);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${clockText(date)}`;
}

/** The offset from UTC, as `+02:00`. */
export function offsetText(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
