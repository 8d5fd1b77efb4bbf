/** A shorter one would be found in ordinary words, and hidden there too. */
const SHORTEST = 6;

/** Every form in which a secret may come back in a text, the longest first. */
let forms: string[] = [];

/** Has a secret hidden in all output of this process: logs, errors, health pages. */
export function rememberSecret(secret: string): void {
  if (secret.length < SHORTEST || forms.includes(secret)) return;
  const inJson = JSON.stringify(secret).slice(1, -1);
  const all = [secret, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(secret)];
  const base64 = Buffer.from(secret).toString('base64');
  forms = [...new Set([...forms, ...all, base64])].sort((a, b) => b.length - a.length);
}

/** Replaces every remembered secret in the text by `[secret]`. */
export function hideSecrets(text: string): string {
  let hidden = text;
  for (const form of forms) if (hidden.includes(form)) hidden = hidden.replaceAll(form, '[secret]');
  return hidden;
}
