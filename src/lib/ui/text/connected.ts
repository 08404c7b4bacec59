/** What the connected bundle says of itself on every page. */

export const connectedText = {
  banner:
    'This is the connected bundle. Unlike the ordinary one, it may also connect to Trezor Suite on this computer (127.0.0.1, port 21335), and to nothing else. Suite, or a program that takes its place there, can read what your Trezor derives to open your shares. Wherever your Trezor works over USB, use the ordinary bundle.',
};
