import { afterEach, expect, test, vi } from 'vitest';
import { requestPersistence, storageSpace } from './persistence.ts';

afterEach(() => vi.unstubAllGlobals());

test('the browser is asked, and its answer told', async () => {
  const persist = vi.fn(() => Promise.resolve(true));
  const persisted = () => Promise.resolve(true);
  const estimate = () => Promise.resolve({ usage: 1, quota: 2 });
  vi.stubGlobal('navigator', { storage: { persist, persisted, estimate } });
  expect(await requestPersistence()).toBe(true);
  expect(persist).toHaveBeenCalledOnce();
  expect(await storageSpace()).toEqual({ persisted: true, usage: 1, quota: 2 });
});

test('a browser that cannot be asked promises nothing', async () => {
  vi.stubGlobal('navigator', {});
  expect(await requestPersistence()).toBe(false);
  expect(await storageSpace()).toEqual({ persisted: false });
});
