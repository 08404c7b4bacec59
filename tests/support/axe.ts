import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Nothing on the page keeps anybody out, as far as axe can see. */
export async function expectAxeSilent(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

/** Nothing on the page sticks out sideways. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  expect(scroll, page.url()).toBeLessThanOrEqual(width);
}

/** A small screen; and one at 200 % zoom, beside it. */
export const smallScreen = { width: 360, height: 640 };
const zoomed = { width: 640, height: 360 };

/**
 * Everybody can use a page that was opened on a small screen: nothing sticks out sideways there, nor at
 * 200 % zoom, and axe is silent in every theme.
 */
export async function expectUsable(page: Page): Promise<void> {
  for (const size of [smallScreen, zoomed]) {
    await page.setViewportSize(size);
    await expectNoSidewaysScrolling(page);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  for (const theme of ['light', 'dark', 'dim']) {
    await page.getByLabel('Theme').selectOption(theme);
    // Colours that are still on their way have another contrast.
    await page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .filter((one) => one instanceof CSSTransition)
          .map(({ finished }) => finished),
      ),
    );
    await expectAxeSilent(page);
  }
}
