import { describe, expect, it } from 'vitest';
import {
  bench,
  header,
  idOf,
  keysOf,
  open,
  type HostSession,
} from '../../../../tests/support/yubihsm-host.ts';
import {
  faultOf,
  good,
  hardwareWith,
  provisioned,
  typing,
  utf8,
} from '../../../../tests/support/yubihsm-owner.ts';
import { concat } from '../../crypto/bytes.ts';
import { deviceFault } from '../device.ts';
import { bareYubiHsm } from '../simulators/yubihsm.ts';
import {
  algorithms,
  capabilities,
  capabilityBytes,
  commands,
  objectTypes,
  type Capability,
} from './commands.ts';
import { be16 } from './frames.ts';
import { headerOf, approvalKey, idsOf } from './objects.ts';
import { provision } from './provision.ts';
import { inSession } from './session.ts';
import { standingOf, takeBack } from './unfinished.ts';

const choice = () => ({
  password: utf8('for every day'),
  administrator: utf8('for administration'),
  exportable: false,
});

const fresh = () => {
  const { simulator } = bench();
  return { simulator, hardware: hardwareWith(bareYubiHsm(simulator)) };
};

/** A YubiHSM whose cable was pulled at this exchange of an attempt to provision it; it is back. */
async function brokenOff(at: number) {
  const { simulator, hardware } = fresh();
  const connector = bareYubiHsm(simulator);
  let count = 0;
  const cut = hardwareWith({
    status: () => connector.status(),
    exchange: (frame) => {
      if (++count === at) simulator.unplug();
      return connector.exchange(frame);
    },
  });
  expect(faultOf(await provision(cut, typing('password').presence, choice()))).toBe('no-hsm');
  simulator.plug();
  return { simulator, hardware };
}

describe('where a YubiHSM stands', () => {
  it('is new from the factory, and taken once provisioned', async () => {
    const { hardware } = fresh();
    expect(await standingOf(hardware)).toMatchObject({ is: 'new', serial: '12345678' });
    const owned = await provisioned();
    expect(await standingOf(owned.hardware)).toMatchObject({ is: 'taken' });
    expect(faultOf((await takeBack(owned.hardware))!)).toBe('not-provisioned');
  });

  it('is unfinished where an attempt broke off, until that is taken back', async () => {
    for (const at of [18, 21, 25, 31]) {
      const { simulator, hardware } = await brokenOff(at);
      const session = await open(simulator);
      const data = idOf(
        await session.send(
          commands.generateAsymmetricKey,
          headerOf({ ...approvalKey, label: 'b' }),
        ),
      );
      expect(await standingOf(hardware)).toMatchObject({ is: 'unfinished' });
      const again = await provision(hardware, typing('password').presence, choice());
      expect(again).toMatchObject({ fault: 'not-provisioned' });
      expect(await takeBack(hardware)).toBeUndefined();
      expect(await standingOf(hardware)).toMatchObject({ is: 'new' });
      good(await provision(hardware, typing('password').presence, choice()));
      // What is not Conclave's stays.
      const as = { authentication: 0x0c0c, password: utf8('for every day') };
      const kept = await inSession(hardware.yubihsm, as, (inside) =>
        idsOf(inside, { type: objectTypes.asymmetricKey, label: 'b' }),
      );
      expect(kept).toEqual([data]);
    }
  });

  it('can break off as well', async () => {
    const { hardware } = await brokenOff(31);
    const { yubihsm } = hardware;
    let count = 0;
    const lost = hardwareWith({
      status: () => yubihsm.status(),
      exchange: (frame) =>
        ++count === 9 ? Promise.resolve(deviceFault('no-connector')) : yubihsm.exchange(frame),
    });
    expect(faultOf((await takeBack(lost))!)).toBe('no-connector');
    expect(await standingOf(hardware)).toMatchObject({ is: 'unfinished' });
  });

  it('says what stays where the factory’s key may delete nothing', async () => {
    const { simulator, hardware } = await brokenOff(31);
    const algorithm = algorithms.aes128Authentication;
    const all = Object.keys(capabilities) as Capability[];
    const put = (session: HostSession, id: number, password: string, may: readonly Capability[]) =>
      session.send(
        commands.putAuthenticationKey,
        header({ id, may, algorithm }),
        capabilityBytes(may),
        concat(keysOf(password).enc, keysOf(password).mac),
      );
    idOf(await put(await open(simulator), 5, 'five', all));
    const five = await open(simulator, 5, 'five');
    await five.send(commands.deleteObject, be16(1), Uint8Array.of(objectTypes.authenticationKey));
    idOf(await put(five, 1, 'password', ['get-log']));
    expect(await takeBack(hardware)).toEqual({
      fault: 'not-provisioned',
      detail: 'Conclave administrator: stays',
    });
  });

  it('cannot be told without a connector', async () => {
    const { simulator, hardware } = fresh();
    simulator.unplug();
    expect(faultOf(await standingOf(hardware))).toBe('no-hsm');
  });
});
