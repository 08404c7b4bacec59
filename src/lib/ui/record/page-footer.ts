/** The foot of every printed page, while a document is shown: a rule of the style sheet's object model. */

/** Sets the two texts at the foot, with the page's number between them; the result takes them away. */
export function pageFooter(left: string, right: string, [page, of]: readonly string[]): () => void {
  const sheet = new CSSStyleSheet();
  const box = (content: string) => `{ content: ${content}; font: 8pt sans-serif; color: #333; }`;
  sheet.replaceSync(`@page {
    @bottom-left ${box(quoted(left))}
    @bottom-center ${box(quoted(right))}
    @bottom-right ${box(`${quoted(page)} counter(page) ${quoted(of)} counter(pages)`)}
  }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}

/** A string of CSS. */
const quoted = (text = ''): string => JSON.stringify(text.replace(/[^\x20-\x7e·]|[\\"]/g, ''));
