/*
 * What a Ledger shows of a question: pages that a person turns, then the answers. Lines break where
 * the display is full, as on the real one.
 */

/** The models imitated: two buttons and a small display, or a touch screen. */
export type LedgerModel = 'Nano X' | 'Nano S Plus' | 'Stax' | 'Flex';

export const isTouch = (model: LedgerModel): boolean => model === 'Stax' || model === 'Flex';

/** One thing to read: its name, and its value if it has one. */
export interface Item {
  readonly name: string;
  readonly value?: string;
  /** Lines break between words; otherwise anywhere. */
  readonly words?: boolean;
}

/** A question to the person. */
export interface Review {
  readonly items: readonly Item[];
  readonly yes: string;
  readonly no: string;
}

/** A page: its title, then lines of text. */
export type Page = readonly string[];

/** Width of a line in pixels, and lines below the title. */
const small = { width: 104, lines: 3 };
const large = { width: 200, lines: 9 };

/** Characters by their width in pixels in the font of the small display; all others have 6. */
const widths: Record<number, string> = {
  2: "',",
  3: ' !()-.:;IJ[]fijl',
  4: '"/?\\_rt{}',
  5: 'FLS^cgksvxyz',
  7: '&DGHU',
  8: '%NOQw',
  9: '@MWm',
};
const widthOf = new Map(
  Object.entries(widths).flatMap(([width, characters]) =>
    Array.from(characters, (character) => [character, Number(width)] as const),
  ),
);

const lengthOf = (text: string): number =>
  Array.from(text).reduce((length, character) => length + (widthOf.get(character) ?? 6), 0);

/** The lines of a text. A word longer than a line begins on a new one and is cut where it ends. */
function linesOf(text: string, words: boolean, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    const end = () => {
      lines.push(line);
      line = '';
    };
    for (const piece of words ? paragraph.split(/(?<= )/) : [paragraph]) {
      if (line !== '' && lengthOf(line + piece.trimEnd()) > width) end();
      for (const character of piece) {
        if (line !== '' && lengthOf(line + character) > width) end();
        line += character;
      }
    }
    end();
  }
  return lines;
}

/** The pages of an item. Those of a longer one are numbered. */
function pagesOfItem({ name, value, words = false }: Item, model: LedgerModel): Page[] {
  const { width, lines: height } = isTouch(model) ? large : small;
  if (value === undefined) return [name.split('\n')];
  const lines = linesOf(value, words, width);
  const count = Math.ceil(lines.length / height);
  return Array.from({ length: count }, (_, i) => [
    count === 1 ? name : `${name} (${i + 1}/${count})`,
    ...lines.slice(i * height, (i + 1) * height),
  ]);
}

/** The pages of a question on a model, without the answers. */
export const pagesOf = (review: Review, model: LedgerModel): Page[] =>
  review.items.flatMap((item) => pagesOfItem(item, model));
