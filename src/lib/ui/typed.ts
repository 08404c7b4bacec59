/** What a person typed into one line, as the formats take it: composed, no unseen characters, no spaces around. */
export const typed = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '')
    .trim();
