import { beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { defaultLimits } from '../../ceremony/manifest.ts';
import { workspaceText } from '../text/workspace.ts';
import { TermsForm } from './terms-form.svelte.ts';
import TermsFields from './TermsFields.svelte';

const { begin } = workspaceText;
const root = new Uint8Array(32).fill(7);
const field = (label: string) => page.getByLabelText(label, { exact: true });
const said = () => page.getByTestId('limits');
let form: TermsForm;

beforeEach(async () => {
  form = new TermsForm();
  form.name = 'Vault';
  await render(TermsFields, { form, root });
});

test('the limits that are proposed are told in a sentence, and stand in the terms', async () => {
  await expect.element(field(begin.item)).toHaveValue('10');
  await expect
    .element(said())
    .toHaveTextContent(
      'At most 10 BTC in a request, 50 BTC in a batch, 50 requests in a batch, and a fee rate of 200 sat/vB.',
    );
  expect(form.terms(root)?.limits).toEqual(defaultLimits);
});

test('other limits are taken to the last sat', async () => {
  await field(begin.item).fill('0.29');
  await field(begin.batch).fill('0.30000001');
  await field(begin.items).fill('1');
  await field(begin.feeRate).fill('75');
  await expect
    .element(said())
    .toHaveTextContent('0.29 BTC in a request, 0.30000001 BTC in a batch, 1 request in a batch');
  expect(form.terms(root)?.limits).toEqual({
    items: 1,
    item: 29_000_000,
    batch: 30_000_001,
    feeRate: 75,
  });
});

test('a request above its batch is wrong, beside the limits and not among the operators', async () => {
  await field(begin.item).fill('50.00000001');
  await expect.element(said()).toHaveTextContent('One request may pay more than the batch');
  await expect.element(page.getByTestId('quorum')).toHaveTextContent(begin.quorumOk(5, 3));
  expect(form.terms(root)).toBeUndefined();
});

test.each([
  [begin.item, '0'],
  [begin.item, ''],
  [begin.batch, '1e3'],
  [begin.batch, '21000001'],
  [begin.items, '101'],
  [begin.items, ''],
  [begin.feeRate, '0'],
  [begin.feeRate, '1.5'],
])('%s: “%s” is no limit', async (label, value) => {
  await field(label).fill(value);
  await expect.element(said()).toHaveTextContent(begin.limitsWrong);
  expect(form.terms(root)).toBeUndefined();
});
