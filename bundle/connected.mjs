/**
 * The connected bundle: the ordinary one, which may also reach a Trezor through a running Trezor Suite
 * on this machine. Its policy is wider by that one address, so it has its own folder, root and port.
 */

/** The variable by which bundle/build.mjs tells the build's configuration. */
export const CONNECTED = 'CONCLAVE_CONNECTED';

/** Where Trezor Suite Desktop listens; the address is compiled into @trezor/connect-web. */
export const SUITE = /** @type {const} */ ('ws://127.0.0.1:21335/connect-ws');

/** Whether the connected bundle is being built. */
export const isConnected = () => process.env[CONNECTED] === '1';

/** @param {boolean} connected */
export const folderOf = (connected) => (connected ? 'build-connected' : 'build');
