/** Every sentence the app says, in one place. English first; words are those of the glossary (design). */

export const text = {
  app: {
    name: 'Conclave',
    skip: 'Skip to the content',
    pages: { start: 'Start', courier: 'Courier', verify: 'Verify', about: 'About' },
    navigation: 'Pages',
    development: 'Development build',
    release: 'Release',
    otherBundle: 'The launcher serves another bundle than this browser keeps.',
    compareIt: 'Compare it',
    toGroup: 'Back to the group',
    title: (page: string) => `${page} · Conclave`,
  },
  theme: {
    label: 'Theme',
    names: { system: 'As the system', light: 'Light', dark: 'Dark', dim: 'Ceremony dim' },
  },
  network: {
    label: 'Network',
    names: {
      mainnet: 'Mainnet — real money',
      testnet4: 'Testnet4',
      signet: 'Signet',
      regtest: 'Regtest',
    },
  },
  start: {
    heading: 'The room where a quorum keeps its keys',
    lead: 'Several operators, each on an own offline machine, hold the keys of a wrapped-Bitcoin bridge together, and no one of them can act alone.',
    readyHeading: 'Before you trust this browser',
    steps: {
      engine: {
        title: 'The threshold engine computes correctly',
        running: 'Known answers are being computed …',
        wasm: 'All known answers are right, on both implementations.',
        js: 'All known answers are right, on the JavaScript implementation alone.',
        failed: 'The self-test failed; see below.',
      },
      kept: {
        title: 'The bundle is kept in this browser, and hashed on every read',
        running: 'The files are being fetched and checked …',
        done: 'It starts without the launcher from now on.',
        failed: 'It is not kept; see below.',
      },
      compare: {
        title: 'You compare its root with the launcher’s window',
        detail: 'A page cannot vouch for itself. A second pair of eyes can.',
        action: 'Open the verify page',
        done: 'You compared the root of this bundle in this browser.',
      },
    },
    secretsHeading: 'What happens to secrets',
    secrets:
      'Nothing leaves this machine: the page makes no request outside its own address. Secret arithmetic belongs to the WebAssembly engine in a worker, never to the page.',
  },
  engine: {
    wasm: 'WebAssembly',
    js: 'JavaScript',
    noWasm: {
      happened: 'WebAssembly is not available in this browser.',
      cause:
        'Its compiler is switched off, often by a policy that turns just-in-time compilation off for this address.',
      means:
        'The app runs on its JavaScript implementation. It can verify and rehearse; secrets of a real group are never handled by it.',
      next: 'For a ceremony or a signing, allow just-in-time compilation for this address (the hardening kit’s policy does) and load the page again.',
    },
    notKept: 'the bundle could not be kept, so its worker cannot be checked.',
    refused: (why: string) => ({
      happened: 'The WebAssembly engine was refused.',
      cause: `It could not be read, or its bytes are not those that this bundle was built with: ${why}`,
      means: 'Nothing was computed with it. No key and no stored data were touched.',
      next: 'Start the launcher again with the bundle you trust; it names the changed file. Then load this page again.',
    }),
    failed: (which: string) => ({
      happened: 'The self-test failed.',
      cause: `A known answer came out wrong: ${which}.`,
      means:
        'This browser or machine computes incorrectly, or a file was changed. Keys must not be used here.',
      next: 'Check the bundle on the verify page, then try another browser version or machine.',
    }),
  },
  keeper: {
    unsupported: {
      happened: 'This browser cannot keep the bundle.',
      cause: 'It has no service workers, or they are switched off (private windows do that).',
      means: 'The app works while the launcher runs; files are not hashed again on every read.',
      next: 'Use Chromium in an ordinary window with its own profile.',
    },
    insecure: {
      happened: 'This address is not a secure context.',
      cause:
        'Browsers allow service workers, devices and hashing only on localhost addresses or HTTPS.',
      means: 'Neither keeping nor verifying the bundle works here.',
      next: 'Open the address that the launcher printed, exactly as it stands there.',
    },
    refused: (why: string) => ({
      happened: 'The bundle was not kept.',
      cause: `A file did not match the manifest or did not arrive, the disk is full, or this browser keeps another bundle. The browser says: ${why}`,
      means:
        'Nothing was stored and the engine was not started. What you see now came from whatever serves this address.',
      next: 'Open the verify page: it names a changed file. Start the launcher again, which checks every file itself. If another bundle is kept here, remove it on the verify page first.',
    }),
  },
  verify: {
    heading: 'Verify this bundle',
    lead: 'Every file that this browser has is hashed again. The manifest lists the hashes; its own hash, the root, stands for all of them.',
    reading: (done: number, of: number) => `${done} of ${of} files hashed …`,
    again: 'Hash everything again',
    goodHeading: 'Every file is as the manifest lists it',
    good: (count: number, version: string) => `${count} files, version ${version}.`,
    badHeading: 'Files differ from the manifest',
    bad: (paths: string) => ({
      happened: 'This is not the bundle that its manifest describes.',
      cause: `Other than listed: ${paths}.`,
      means:
        'Somebody or something changed these files on their way. Do not enter or make any key here.',
      next: 'Close this window. Start the launcher with the bundle and the root that the reviewers published; it refuses changed files by name.',
    }),
    unreadable: (why: string) => ({
      happened: 'The manifest could not be read.',
      cause: why,
      means: 'Nothing can be said about the files.',
      next: 'Start the launcher and load this page again.',
    }),
    rootHeading: 'The root to compare',
    rootHelp:
      'Compare it with the launcher’s window, or scan the code on a second machine that holds the published root. Read the words aloud, or compare all sixteen groups.',
    root: 'Root of the bundle',
    compare: 'I compared it: it is the same',
    compared: 'You compared this root in this browser.',
    hexLabel: 'As hex',
    wordsLabel: 'As 24 words',
    qrLabel: 'As QR code',
    qrAlt: 'QR code of the root in hex',
    filesHeading: (count: number) => `The ${count} files`,
    file: 'File',
    size: 'Bytes',
    state: 'State',
    states: { good: 'as listed', changed: 'changed', missing: 'missing' },
    proofHeading: 'What this page cannot prove',
    proof: [
      'This page is part of the bundle. If somebody replaced the whole bundle before you first opened it, this page would be theirs, and it would show you any root they like.',
      'It cannot read the service worker that answers it: a foreign one could show the right files here and run others.',
      'It cannot see browser extensions, the browser itself or the machine.',
      'So it finds corruption. Authenticity comes from outside: the launcher, which reads every byte before it serves any and remembers the root outside the browser, and your comparison with what the reviewers published.',
    ],
    keptHeading: 'Kept in this browser',
    kept: (version: string) => `Version ${version} is kept here and starts without the launcher.`,
    notKept: 'Nothing is kept in this browser: each start needs the launcher.',
    repaired: (paths: string) => ({
      happened: 'Stored files had been changed or lost and were replaced.',
      cause: `Another program, an extension or the browser itself touched: ${paths}.`,
      means: 'The changed copies were never used: every read is hashed first.',
      next: 'If it happens again, find out which program writes into this browser profile before you use keys here.',
    }),
    offer: {
      same: 'The launcher serves the same bundle.',
      unreachable:
        'The launcher does not answer: the kept bundle is used. That is how it should be offline.',
      invalid: (why: string) => ({
        happened: 'Something other than Conclave’s launcher answers at this address.',
        cause: why,
        means: 'The kept bundle goes on unchanged; what answers there is not used.',
        next: 'Find the program on this port and stop it, then start the launcher.',
      }),
      older: (version: string) => ({
        happened: `The launcher offers version ${version}, which is older than the kept one.`,
        cause: 'An old bundle was started, by mistake or to bring back a fault that was mended.',
        means: 'It is refused. The kept bundle goes on unchanged.',
        next: 'Start the launcher with the current bundle.',
      }),
      other: (version: string) => ({
        happened: 'The launcher serves another bundle than this browser keeps.',
        cause: `Version ${version} was started there: an update, a build of your own, or a bundle that is not what you think.`,
        means: 'The kept bundle goes on unchanged until you accept the other one by its root.',
        next: 'Compare the root below with what the reviewers published, and only then accept it.',
      }),
      root: 'Root of the bundle offered',
      accept: 'Accept this bundle',
      acceptHelp: 'The kept bundle is replaced and the page loads again. Your data stays.',
      acceptFailed: (why: string) => ({
        happened: 'The other bundle was not accepted.',
        cause: why,
        means: 'The kept bundle goes on unchanged.',
        next: 'Start the launcher with the bundle you want and try again.',
      }),
    },
    forget: 'Remove the kept bundle',
    forgetHelp:
      'Removes these files from the browser, not your data. The launcher is needed for the next start.',
  },
  about: {
    heading: 'About Conclave',
    lead: 'A tool for the custodians of a wrapped-Bitcoin bridge. It runs in the browser alone, from a bundle whose files are all checked, without any network.',
    buildHeading: 'This build',
    version: 'Version',
    kind: 'Kind',
    kinds: {
      development: 'Development build: its root is not one that reviewers signed',
      release: 'Release: compare its root with the published one',
    },
    engineHeading: 'Threshold engine',
    engine: 'Implementation in use',
    testsHeading: 'Self-test',
    suite: 'Curve',
    implementation: 'Implementation',
    result: 'Result',
    right: (count: number) => `✓ ${count} right`,
    wrong: (names: string, count: number) => `✕ wrong: ${names} (of ${count})`,
    time: 'Time',
    milliseconds: (ms: number) => `${ms.toFixed(1)} ms`,
    badgesHeading: 'What the badges mean',
    badges:
      'Every page of a group shows its network. Mainnet looks different on purpose: there, mistakes cost money.',
    partsHeading: 'Parts of others in this bundle',
    parts: [
      {
        name: '@noble/curves, @noble/hashes',
        why: 'the JavaScript implementation that double-checks the engine',
      },
      { name: '@scure/base', why: 'base64, base58 and bech32' },
      { name: '@scure/bip39', why: 'the word list in which roots and fingerprints are read aloud' },
      {
        name: '@zxcvbn-ts/core, language-common, language-en',
        why: 'judging how hard a passphrase is to guess',
      },
      { name: 'age-encryption', why: 'backup files that the age program opens' },
      { name: 'cborg', why: 'CBOR, wrapped to be deterministic' },
      { name: 'comlink', why: 'typed calls between the page and the worker' },
      { name: 'hash-wasm', why: 'Argon2id, for the passphrase of a workspace' },
      { name: 'idb', why: 'the browser’s database, with promises' },
      { name: 'jsqr', why: 'reading QR codes where WebAssembly is off' },
      { name: 'qrcode', why: 'drawing QR codes' },
      { name: 'svelte, @sveltejs/kit', why: 'the pages' },
      { name: 'workbox-window', why: 'the life cycle of the service worker' },
      { name: 'zxing-wasm', why: 'reading QR codes' },
    ],
    license:
      'Conclave is licensed under the Apache License 2.0; each part under its own permissive licence.',
  },
  clipboard: {
    copied: 'It is in the clipboard.',
    failed: {
      happened: 'It was not copied.',
      cause: 'The browser or its policy keeps this page from the clipboard.',
      means: 'Nothing left this page.',
      next: 'Mark the text and copy it with the keyboard, or save it as a file.',
    },
  },
  fault: { cause: 'Cause', means: 'Consequence', next: 'Next step' },
  hold: {
    instruction: (seconds: number) => `Hold for ${seconds} seconds`,
    without: 'Without holding',
    type: (code: string) => `Type ${code} to confirm`,
    confirm: 'Confirm',
    cancel: 'Cancel',
    progress: 'Held so far',
    mismatch: 'The code is different.',
  },
  words: { position: (n: number) => `Word ${n}` },
  steps: { done: 'done', running: 'running', todo: 'to do', failed: 'failed' },
  notFound: {
    happened: 'There is no such page.',
    cause: 'The address after # names none.',
    means: 'Nothing was lost.',
    next: 'Go to the start page.',
  },
  broken: (message: string) => ({
    happened: 'This page could not be shown.',
    cause: message,
    means: 'What is stored was not changed.',
    next: 'Go to the start page. If it happens again, check the bundle on the verify page.',
  }),
} as const;

/** A message that a person can act on: what happened, why, what it means, what to do now. */
export interface FaultText {
  readonly happened: string;
  readonly cause: string;
  readonly means: string;
  readonly next: string;
}
