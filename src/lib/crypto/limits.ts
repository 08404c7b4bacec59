/**
 * The most operators a group may have wherever parameters, recovery data, key packages or signer
 * lists come from outside: the work on them, and the memory, grows with the square of this number.
 * Measurements pass a higher limit explicitly.
 */
export const MAX_OPERATORS = 128;
