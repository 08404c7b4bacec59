/** The acts, steps and checks of a ceremony in words: short, for somebody under stress. */
import type { checklist, StepName } from '../../ceremony/script.ts';
import type { GroupView } from '../../worker/view.ts';

type Act = GroupView['next']['act'];

/** How an act is told: its title, and what the operator does, says and checks. */
interface ActText {
  readonly title: string;
  readonly does: string;
  readonly says?: string;
  readonly checks?: string;
}

/** What each act is called, and what the operator does, says and checks. */
export const acts: Record<Act, ActText> = {
  invite: {
    title: 'Invite the operators',
    does: 'Show everybody the invitation. Take in the card that each sends back.',
    says: '“I show you the invitation now. Join with it, then show me your card.”',
    checks: 'Every card is of somebody you know and see on the call.',
  },
  propose: {
    title: 'Propose the roster',
    does: 'Put the operators in order and propose the manifest.',
    checks: 'Names and places are those of the people on the call.',
  },
  bring: { title: 'Wait for packets', does: 'Take in what the others send.' },
  prepare: {
    title: 'Prepare your machine',
    does: 'Go through the list. Write down what you saw for each item; the others read it.',
    says: '“I reset my device now. Watch it.”',
    checks: 'No item is noted that you did not do yourself.',
  },
  'read-words': {
    title: 'Read the words aloud',
    does: 'Each operator reads the own words aloud. Compare every word you hear with this screen.',
    says: 'Your words, slowly, with their numbers.',
    checks: 'All 24 words, those of others too. Look at the faces: do you know the voice?',
  },
  seal: {
    title: 'Seal the manifest',
    does: 'Seal it with your host key. Your first message for the keys goes with it.',
    says: '“I seal.”',
    checks: 'Network, number of operators and threshold are as agreed.',
  },
  answer: {
    title: 'Agree on the keys',
    does: 'Read the statement. Approve it on your device.',
    says: '“I approve the test signatures.”',
    checks: 'It says TEST SIGNATURES, your network and all signers. No money moves.',
  },
  store: {
    title: 'Store your shares',
    does: 'Your device seals both shares.',
    checks: 'It is the device that stands on your card.',
  },
  backup: {
    title: 'Make your backup',
    does: 'Save the file, move it to where it stays, and read it back from there.',
    says: '“My backup is read back.”',
    checks: 'Passphrase and file are kept in different places.',
  },
  release: {
    title: 'Release your test shares',
    does: 'Give your shares of the test signatures and close the ceremony for yourself.',
    says: '“I release.”',
  },
  commit: {
    title: 'Make fresh nonces',
    does: 'The nonces of a test are gone from memory. Make new ones; the old ones are never used.',
    says: '“My nonces were dropped. New ones are coming.”',
  },
  retest: {
    title: 'Test again without them',
    does: 'A test was spoiled. Ask for a new one, with others in their place.',
  },
  again: {
    title: 'Give them another chance',
    does: 'Everybody else is tested. Begin the spoiled test again: all its signers need fresh nonces.',
  },
  'catch-up': {
    title: 'Hear from the others first',
    does: 'This workspace was restored from a copy. Take in new packets of others before you go on.',
    says: '“I restored my workspace. Please send me a new packet each.”',
  },
  equip: {
    title: 'Put your shares under a device',
    does: 'This group was restored. Take what is left of your backup, and seal your shares with a device.',
    checks: 'The device is the one that you will sign with.',
  },
  'run-lost': {
    title: 'This ceremony cannot end',
    does: 'What your first message was made from went with your former machine. Nothing of value is lost: no money lies under a key that is not finished. Stop this ceremony and begin a new one.',
    says: '“My machine was lost in mid-ceremony. We stop and begin anew.”',
  },
  'sign-record': {
    title: 'Sign the record',
    does: 'Sign that the ceremony went as this log says.',
    says: '“I sign the record.”',
  },
  attest: {
    title: 'Say what you witnessed',
    does: 'Sign whether you agree with this ceremony. If not, say why.',
  },
  stopped: {
    title: 'This ceremony is over',
    does: 'Read why. Hand your packets over, so that everybody knows.',
    says: '“Stop. Nobody uses a key of this ceremony.”',
  },
  done: { title: 'You are done', does: 'Nothing is left to do here.' },
};

/** The steps of the script. */
export const steps: Record<StepName, string> = {
  enrol: 'Gather the operators',
  prepare: 'Prepare the machines',
  'manifest-words': 'Read the manifest’s words',
  seal: 'Seal the manifest',
  agree: 'Agree on the keys',
  store: 'Store the shares',
  'key-words': 'Read the keys’ words',
  backup: 'Make the backups',
  test: 'Test both keys',
  record: 'Sign the record',
};

type Item = (typeof checklist)['blocking' | 'advised'][number];

/** The checklist before sealing. */
export const items: Record<Item, { readonly title: string; readonly does: string }> = {
  'fresh-system': {
    title: 'A fresh system runs',
    does: 'Start the machine from a medium that was checked. Note which, and its version.',
  },
  'device-reset': {
    title: 'The device was reset before witnesses',
    does: 'Reset it while others watch on the call. Note who watched.',
  },
  'device-serial': {
    title: 'Serial number and firmware are noted',
    does: 'Read both from the device, not from this screen.',
  },
  'network-off': {
    title: 'The network is off',
    does: 'Pull the cable, switch the radio off. Note how.',
  },
  clock: {
    title: 'The clock is right',
    does: 'Compare it with a second clock. Note the difference in seconds.',
  },
  media: {
    title: 'Media for the backup are at hand',
    does: 'Paper, pen, and an empty stick. Note which.',
  },
  'call-date': {
    title: 'The call has a date',
    does: 'Everybody has it in their calendar.',
  },
  'quiet-room': {
    title: 'Nobody else sees or hears you',
    does: 'Door closed, no camera behind you, no assistant that listens.',
  },
};
