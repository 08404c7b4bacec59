/** When the operator here must do something for their backups, as appointments. They name no place. */
import { ALIVE_FOR, BACKUP_ALIVE_FOR } from '../../ceremony/liveness.ts';
import { counts } from '../../ceremony/pieces.ts';
import type { BackupsView } from '../../worker/backups-view.ts';
import type { PieceView } from '../../worker/pieces.ts';
import type { Appointment } from '../ceremony/calendar.ts';
import { backupsText, dayText } from '../text/backups.ts';

const text = backupsText.calendar;

interface Group {
  /** In hex. */
  readonly group: string;
  readonly epoch: number;
  readonly name: string;
}

/** One for all pieces of a tier that fall due on one day, and one for each proof. */
export function dueDates(
  { pieces, liveness, own, now }: BackupsView,
  { group, epoch, name }: Group,
): Appointment[] {
  const on = (uid: string, title: string, at: number): Appointment => ({
    uid: `${uid}@conclave`,
    title: `${title}: ${name}`,
    description: text.description(name),
    start: Math.max(at, now),
    minutes: 30,
    remind: 'P7D',
  });
  const days = new Map<string, PieceView[]>();
  for (const piece of pieces.filter(counts)) {
    const key = `${piece.tier} ${dayText(piece.due!)}`;
    days.set(key, [...(days.get(key) ?? []), piece]);
  }
  const dates = [...days.values()].map((all) =>
    on(all[0]!.id, text.verify(all[0]!.tier, all.length), all[0]!.due!),
  );
  const mine = liveness?.[own];
  if (mine?.shares)
    dates.push(on(`${group}-${epoch}-shares`, text.shares, mine.shares.at + ALIVE_FOR));
  if (mine?.backup)
    dates.push(on(`${group}-${epoch}-backup`, text.backup, mine.backup.at + BACKUP_ALIVE_FOR));
  return dates;
}
