/** What comes in by codes, files and text, in one place: bundles go out, the rest is told. */
import type { Bytes } from '../crypto/bytes.ts';
import { isCourierFault, type CourierFault } from '../courier/faults.ts';
import { Receiver, type Transfer } from '../courier/receiver.ts';
import { app } from './app.svelte.ts';
import { scanImage } from './scan/pictures.ts';
import type { Scanned } from './scan/scanner.ts';
import type { FaultText } from './text.ts';
import { courierText } from './text/courier.ts';
import { transferText, type SourceKind } from './text/transfer.ts';

const text = transferText.receive;

/** By which way a bundle came; `name` is a file's. */
export interface Source {
  readonly kind: SourceKind;
  readonly name?: string;
}

/** A file of more bytes than this is not even read. */
const MAX_FILE = 16 * 2 ** 20;

/** Progress is announced so many times in a transfer. */
const ANNOUNCEMENTS = 4;

export class Intake {
  /** The transfer that is being followed, until it is complete. */
  transfer = $state.raw<Transfer>();
  /** What there is to say about the latest input that brought no bundle. */
  fault = $state.raw<FaultText>();
  remark = $state('');
  /** The latest bundle. */
  received = $state.raw<{ bytes: number; from: SourceKind; count: number }>();

  readonly #receiver = new Receiver();
  readonly #onbundle: (bundle: Bytes, source: Source) => void;
  #announced = 0;

  constructor(onbundle: (bundle: Bytes, source: Source) => void) {
    this.#onbundle = onbundle;
  }

  /** Before another input: what was said of the one before is over. */
  clear(): void {
    this.fault = undefined;
    this.remark = '';
  }

  /** A whole bundle. */
  deliver(bundle: Bytes, source: Source): void {
    const count = (this.received?.count ?? 0) + 1;
    this.received = { bytes: bundle.length, from: source.kind, count };
    this.clear();
    app.announcement = text.received(bundle.length, source.kind);
    this.#onbundle(bundle, source);
  }

  /** Codes of one picture, in any number. */
  async codes(codes: readonly Scanned[], source: Source): Promise<void> {
    for (const code of codes) await this.#feed(code, source);
  }

  /** Pasted text: a text form, or codes as text, one after the other. */
  async text(pasted: string): Promise<void> {
    const isCodes = /^\s*(?:ur:|B\$)/i.test(pasted);
    await this.codes(isCodes ? pasted.trim().split(/\s+/) : [pasted], { kind: 'text' });
  }

  /** A file of ours, of text, or a picture of codes; a film is played elsewhere. */
  async file(file: File): Promise<void> {
    const { name, size, type } = file;
    if (size > MAX_FILE && !type.startsWith('image/')) this.refuse({ fault: 'too-large' });
    else if (type.startsWith('image/')) await this.#picture(file);
    else await this.#bytes(file, { kind: 'file', name });
  }

  async #bytes(file: File, source: Source): Promise<void> {
    const buffer = await file.arrayBuffer().catch(() => undefined);
    if (buffer) await this.#feed(new Uint8Array(buffer), source);
    else this.refuse(text.files.gone(file.name));
  }

  async #picture(file: File): Promise<void> {
    try {
      const codes = await scanImage(file);
      if (codes && codes.length > 0) await this.codes(codes, { kind: 'picture', name: file.name });
      else this.refuse((codes ? text.files.noCode : text.files.unreadable)(file.name));
    } catch (error) {
      this.refuseScanner(error);
    }
  }

  /** Says why something was not taken in. */
  refuse(fault: FaultText | CourierFault): void {
    const told = isCourierFault(fault) ? courierText.fault(fault) : fault;
    // The camera shows the same code again and again: it is told of once.
    if (told.happened !== this.fault?.happened || told.cause !== this.fault.cause)
      this.fault = told;
  }

  refuseScanner(error: unknown): void {
    this.refuse(text.scanner(error instanceof Error ? error.message : String(error)));
  }

  /** Forgets the parts of the transfer that is being followed. */
  forget(): void {
    if (this.transfer) this.#receiver.forget(this.transfer.id);
    this.#unfollow();
  }

  #unfollow(): void {
    this.transfer = undefined;
    this.#announced = 0;
  }

  async #feed(input: Scanned, source: Source): Promise<void> {
    const feedback = await this.#receiver.feed(input);
    switch (feedback.kind) {
      case 'bundle':
        this.deliver(feedback.bundle, source);
        break;
      case 'part':
        this.remark = feedback.stray ? courierText.stray : '';
        if (feedback.stray) break;
        this.fault = undefined;
        this.#follow(feedback.transfer);
        break;
      case 'finished':
        this.remark = courierText.finished;
        break;
      case 'fault':
        // Another code in the camera's view does not disturb a transfer.
        if (this.transfer && source.kind === 'camera')
          this.remark = courierText.fault(feedback.fault).happened;
        else this.refuse(feedback.fault);
        break;
    }
    if (!this.#receiver.transfers.some(({ id }) => id === this.transfer?.id)) this.#unfollow();
  }

  #follow(transfer: Transfer): void {
    if (transfer.id !== this.transfer?.id) this.#announced = 0;
    this.transfer = transfer;
    const of = transfer.cells.length;
    const share = Math.floor((ANNOUNCEMENTS * (of - transfer.needed)) / of);
    if (share <= this.#announced) return;
    this.#announced = share;
    app.announcement = text.progress(of - transfer.needed, of);
  }
}
