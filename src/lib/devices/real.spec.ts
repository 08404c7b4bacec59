import { afterEach, expect, it, vi } from 'vitest';
import { realHardware } from './real.ts';
import { simulatedSerial } from './simulators/marks.ts';

/* What the page takes for real hardware. */

afterEach(() => vi.unstubAllGlobals());

/** The connector answers DEVICE INFO with this serial number. */
function answering(serial: number): void {
  const frame = new Uint8Array([0x86, 0, 9, 2, 5, 0, 0, 0, 0, 0, 62, 0]);
  new DataView(frame.buffer).setUint32(6, serial);
  vi.stubGlobal('location', { origin: 'http://conclave.localhost:7465' });
  vi.stubGlobal('fetch', () =>
    Promise.resolve(
      new Response(frame, { headers: { 'content-type': 'application/octet-stream' } }),
    ),
  );
}

it.each([0, 1, 0xffff_ffff])(
  'a simulated YubiHSM behind a connector is none (%i)',
  async (number) => {
    answering(simulatedSerial(number));
    expect(await realHardware.yubihsm.exchange(Uint8Array.of(6, 0, 0))).toMatchObject({
      fault: 'unsupported',
    });
  },
);

it('one with a serial number of eight digits is', async () => {
  answering(12_345_678);
  expect(await realHardware.yubihsm.exchange(Uint8Array.of(6, 0, 0))).toHaveLength(12);
});
