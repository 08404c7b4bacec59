import { Buffer } from 'buffer';

// Import this first: the maker's libraries expect Node's global of this name while they load.
Object.assign(globalThis, { Buffer });
