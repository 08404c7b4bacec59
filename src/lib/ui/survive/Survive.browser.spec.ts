import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { keyed, sit, terms, type Sitting } from '../../../../tests/support/desks.ts';
import { kindText, surviveText } from '../text/survive.ts';
import '../styles/app.css';
import Survive from './Survive.svelte';

/* A real seat with a complete key behind the page. Two of three sign. */

const { survived, exposure } = surviveText;
const button = (name: string | RegExp) => page.getByRole('button', { name });
const of = (name: string) => page.getByRole('group', { name, exact: true });
const verdict = () => page.getByTestId('verdict');

let asha: Sitting;

beforeEach(async () => {
  [asha] = (await keyed(3, 2)) as [Sitting, Sitting, Sitting];
});

afterEach(async () => {
  await page.viewport(1280, 720);
});

const shown = ({ desk }: Sitting = asha) =>
  render(Survive, { desk, group: '#/g/here', backups: '#/g/here/backups', recover: '#/recover' });

const untick = async (name: string, ...things: string[]) => {
  for (const thing of things)
    await of(name).getByRole('checkbox', { name: thing, exact: true }).click();
};

test('everything is there at first: the group signs, and nothing is to be done', async () => {
  await shown();
  await expect.element(verdict()).toHaveAttribute('data-verdict', 'sign');
  await expect.element(verdict()).toHaveTextContent('3 operators of 3 sign as before');
  await expect.element(page.getByTestId('sweep')).not.toBeInTheDocument();
  // The backup file of the ceremony was read back, so it is ticked.
  const file = of('Asha (you)').getByRole('checkbox', { name: survived.have.ageFile });
  await expect.element(file).toBeChecked();
});

test('from a fire to the reader: every verdict and its next step', async () => {
  await shown();
  const { device, workspace } = survived.have;
  await untick('Ben', device, workspace);
  await expect.element(verdict()).toHaveAttribute('data-verdict', 'sign');
  await expect.element(page.getByTestId('sweep')).toHaveAttribute('data-why', 'no-spare');
  await expect.element(of('Ben').getByTestId('state')).toHaveTextContent('Nothing can be restored');

  // Ben finds cards, and comes back with a new device that two others approve.
  const cards = of('Ben').getByRole('group', { name: survived.cards(0, 1) });
  await cards.getByRole('spinbutton', { name: survived.left }).fill('1');
  await expect.element(of('Ben')).toHaveTextContent('1 SLIP-39 card is missing.');
  await cards.getByRole('spinbutton', { name: survived.left }).fill('2');
  await expect.element(of('Ben').getByTestId('state')).toHaveTextContent('from SLIP-39 cards');
  await expect.element(of('Ben')).toHaveTextContent(survived.steps.admit({ n: 3, t: 2 }));
  await expect.element(page.getByTestId('sweep')).not.toBeInTheDocument();

  // Chen's device is gone, too: too few are left to approve new ones.
  await untick('Chen', device);
  await expect.element(verdict()).toHaveAttribute('data-verdict', 'exit');
  await expect.element(of('Ben')).toHaveTextContent('Too few operators have the device they had');
  await expect.element(verdict().getByRole('link', { name: survived.reader })).toBeVisible();
  await expect.element(of('Asha (you)')).toHaveTextContent('go into the reader');

  // The cards burn as well.
  await cards.getByRole('spinbutton', { name: survived.left }).fill('0');
  await expect.element(verdict()).toHaveAttribute('data-verdict', 'lost');
  await expect.element(verdict()).toHaveTextContent('1 share is missing: 2 are needed, and 1 is');
});

test('who restores first is named, with the way there', async () => {
  await shown();
  const { device, workspace, vendorSeed } = survived.have;
  await untick('Ben', device, workspace);
  await untick('Asha (you)', device, vendorSeed);
  await expect.element(verdict()).toHaveAttribute('data-verdict', 'restore');
  await expect.element(verdict()).toHaveTextContent('Quickest: Asha.');
  await expect.element(verdict().getByRole('link', { name: survived.restore })).toBeVisible();
  await expect.element(of('Asha (you)')).toHaveTextContent(survived.steps.seed({ n: 3, t: 2 }));
});

test('what others may know makes the bitcoin move, by keyboard alone', async () => {
  await shown();
  await expect.element(verdict()).toBeVisible();
  for (const name of ['Ben', 'Chen']) {
    const box = of(name).getByRole('checkbox', { name: survived.have.exposed });
    (box.element() as HTMLElement).focus();
    await userEvent.keyboard(' ');
    await expect.element(box).toBeChecked();
  }
  await expect.element(page.getByTestId('sweep')).toHaveAttribute('data-why', 'exposed');
  await expect
    .element(page.getByTestId('sweep'))
    .toHaveTextContent('Others may know the secrets of Ben and Chen');
});

/** Fills the last note in. */
async function write(operator: string, kind: string, place: string, holder = '') {
  await button(exposure.add).click();
  const note = page.getByRole('group', { name: /^Note \d+$/ }).last();
  await note.getByLabelText(exposure.operator).selectOptions(operator);
  await note.getByLabelText(exposure.kind).selectOptions(kind);
  await note.getByLabelText(exposure.place).fill(place);
  await note.getByLabelText(exposure.holder).fill(holder);
}

test('notes answer who can reach what, are kept here, and are told to nobody', async () => {
  await shown();
  const answers = page.getByTestId('answers');
  await expect.element(answers).toHaveTextContent('nobody finds 2 custody shares');
  const packets = (await asha.desk.view()).outgoing;
  await write('Ben', kindText.plate, 'Bank, Zürich', 'Notary');
  await write('Chen', kindText.plate, 'bank, zürich', 'Notary');
  await expect.element(answers).toHaveTextContent('1 place is enough: Bank, Zürich.');
  await expect.element(answers).toHaveTextContent('1 person is enough: Notary.');
  const warnings = page.getByTestId('warnings');
  await expect.element(warnings).toHaveTextContent('Something of Ben and Chen is at one place');
  await expect.element(warnings).toHaveTextContent('Asha: backup file without a place.');
  await expect.element(page.getByText(exposure.unsaved)).toBeVisible();
  await button(exposure.save).click();
  await expect.element(page.getByText(exposure.unsaved)).not.toBeInTheDocument();
  expect((await asha.desk.backups())!.others).toEqual([
    { operator: 1, kind: 'plate', place: 'Bank, Zürich', holder: 'Notary', needed: 1 },
    { operator: 2, kind: 'plate', place: 'bank, zürich', holder: 'Notary', needed: 1 },
  ]);
  expect((await asha.desk.view()).outgoing).toBe(packets);

  // Cards ask how many restore; a note that is removed is in no answer.
  await button(exposure.remove(1)).click();
  await expect.element(button(exposure.add)).toHaveFocus();
  await write('Chen', kindText.slip39, 'Ship');
  const note = page.getByRole('group', { name: exposure.legend(1) });
  await note.getByLabelText(exposure.needed).fill('1');
  await expect.element(answers).toHaveTextContent('2 places are enough: Bank, Zürich and Ship.');
});

test('the own device, laptop and passphrase are noted; the own pieces are known', async () => {
  await shown();
  await button(exposure.add).click();
  const note = page.getByRole('group', { name: exposure.legend(0) });
  await note.getByLabelText(exposure.operator).selectOptions('Asha (you)');
  const options = note.getByLabelText(exposure.kind).element() as HTMLSelectElement;
  expect([...options.options].map(({ value }) => value)).toEqual([
    'passphrase',
    'desk',
    'open-desk',
  ]);
});

test('nothing sticks out sideways on a small screen', async () => {
  await page.viewport(360, 640);
  await shown();
  await untick('Ben', survived.have.device, survived.have.workspace);
  await write('Ben', kindText.slip39, 'Bank, Zürich', 'Notary');
  await write('Chen', kindText['open-desk'], 'A place with a name that is very long indeed, it is');
  const { scrollWidth, clientWidth } = document.documentElement;
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
});

test('before the manifest is sealed there is nothing to ask, and why is said', async () => {
  const [one] = await sit(terms(3, 2), 2);
  await shown(one);
  await expect.element(page.getByRole('alert')).toHaveTextContent(surviveText.unavailable.happened);
});
