import type { NotKept } from '../integrity/keeper.ts';
import { text, type FaultText } from './text.ts';

/** Why this browser does not keep the bundle, in words. */
export const keeperFault = (notKept: NotKept): FaultText =>
  typeof notKept === 'string' ? text.keeper[notKept] : text.keeper.refused(notKept.refused);
