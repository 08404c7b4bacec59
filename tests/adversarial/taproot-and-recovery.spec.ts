import { describe } from 'vitest';
import { implementations } from '../support/node.ts';
import { recoveryAttacks, taprootAttack } from './taproot-and-recovery.ts';

describe.each(implementations)('attacks on the Taproot key, $name', taprootAttack);
describe.each(implementations)('attacks on recovery, $name', recoveryAttacks);
