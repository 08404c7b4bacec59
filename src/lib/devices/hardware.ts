import type { Bytes } from '../crypto/bytes.ts';
import type { DeviceFault } from './device.ts';

/*
 * Where drivers reach devices: one way for each make, as narrow as its wire. Drivers cannot tell a
 * simulated device from a real one; whoever hands them the way can.
 */

/** A Ledger's APDUs. One exchange at a time. */
export interface ApduChannel {
  /** As `Nano X`, from the product id. */
  readonly model: string;
  /**
   * Sends a command APDU and gives its reply with the two status bytes, at least 2 bytes. Never
   * pending for ever: `unplugged` when the device goes, `timed-out` after `limit` ms.
   */
  exchange(apdu: Bytes, limit: number): Promise<Bytes | DeviceFault>;
  close(): Promise<void>;
}

/** A Trezor's packets of 64 bytes. */
export interface PacketLink {
  /** Undefined once it is sent. */
  send(packet: Bytes): Promise<DeviceFault | undefined>;
  /** The next packet. Never pending for ever: `unplugged` when the device goes, `timed-out` after `limit` ms. */
  receive(limit: number): Promise<Bytes | DeviceFault>;
  close(): Promise<void>;
}

/** Yubico's connector: one frame to the YubiHSM, one frame back (`cmd u8 | length u16 | data`). */
export interface Connector {
  /** Whatever runs there: the text of its `/connector/status`, at most 256 characters. */
  status(): Promise<string | DeviceFault>;
  exchange(frame: Bytes): Promise<Bytes | DeviceFault>;
}

/** The two calls of `navigator.credentials` that security keys need. */
export type Credentials = Pick<CredentialsContainer, 'create' | 'get'>;

/** What a page can reach. */
export interface Hardware {
  readonly simulated: boolean;
  /** Opens the Ledger that is connected; asks the person to choose where the browser demands it. */
  readonly ledger: () => Promise<ApduChannel | DeviceFault>;
  /** Opens the Trezor that is connected; asks the person to choose where the browser demands it. */
  readonly trezor: () => Promise<PacketLink | DeviceFault>;
  readonly yubihsm: Connector;
  readonly credentials: Credentials;
}
