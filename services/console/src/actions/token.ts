import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** As long as somebody may think about it. */
const LASTS_MS = 15 * 60_000;

/** Proves that a form came from a page of this process, for this user and this action: another page can send a form, but not read ours. */
export class FormTokens {
  readonly #key = randomBytes(32);

  /** @param about the user and the action */
  make(about: string, now: number): string {
    const until = now + LASTS_MS;
    return `${until}.${this.#sign(about, until)}`;
  }

  isGood(token: string, about: string, now: number): boolean {
    const [until = '', signature = ''] = token.split('.');
    if (!/^[0-9]{13}$/.test(until) || Number(until) < now) return false;
    const [given, wanted] = [Buffer.from(signature), Buffer.from(this.#sign(about, Number(until)))];
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #sign(about: string, until: number): string {
    return createHmac('sha256', this.#key).update(`${until}\n${about}`).digest('base64url');
  }
}
