/** What is written instead of a secret. */
const MASK = '***';

/** A line without any of this holds nothing that looks like a secret: one look instead of a dozen. */
const SUSPICIOUS =
  /passw|secret|token|cookie|session|authorization|verifier|api.?key|ya29\.|1(?:\/|%2F|%252F){2}|4(?:\/|%2F|%252F)0|GOCSPX|pca_|whsec_|scrypt|bearer|basic |eyJ|PRIVATE(?: |%20)KEY|:\/\/[^\s"/]*@|code=/i;

/** Members whose value is a secret whatever it looks like, in JSON and in JSON within JSON. */
const MEMBER = String.raw`[^"\\]*(?:passw|secret|token|cookie|authorization|verifier|api.?key)[^"\\]*`;
const RULES: [pattern: RegExp, replacement: string][] = [
  [new RegExp(String.raw`"(${MEMBER})"\s*:\s*"(?:[^"\\]|\\.)*"`, 'gi'), `"$1":"${MASK}"`],
  [new RegExp(String.raw`(\\+)"(${MEMBER})\1"\s*:\s*\1".*?\1"`, 'gi'), `$1"$2$1":$1"${MASK}$1"`],
  // In addresses and forms.
  [
    /\b((?:client_secret|refresh_token|access_token|id_token|code_verifier|password|passwd|token|code|session)=)[^&\s"'\\;]+/gi,
    `$1${MASK}`,
  ],
  [/(:\/\/[^\s/:@"]*):[^\s/@"]+@/g, `$1:${MASK}@`],
  [/\b(bearer|basic) +[\w.~+/=-]+/gi, `$1 ${MASK}`],
  // By their shape: Google's tokens, codes and secrets, our own, password hashes, JSON web tokens, private keys.
  [/\bya29\.[\w.-]+/g, MASK],
  [/\b1(?:\/|%2F|%252F){2}[\w-]{10,}/gi, MASK],
  [/\b4(?:\/|%2F|%252F)0[\w-]{8,}/gi, MASK],
  [/\bGOCSPX-[\w-]+/g, MASK],
  [/\bpca_[\w-]{10,}/g, MASK],
  [/\bwhsec_[\w+/=%-]+/g, MASK],
  [/\bscrypt(?:\$|%24)[^\s"\\&]+/g, MASK],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, MASK],
  [/-----BEGIN(?: |%20)[A-Z %20]*PRIVATE(?: |%20)KEY-----.*?(?:-----END[A-Z %20]*-----|$)/gs, MASK],
];
/** What is shorter is likelier a word of the line than the secret. */
const SHORTEST = 4;

/**
 * Takes secrets out of whole log lines: those whose value is known here, those in members with a telling name, and
 * those with a shape of their own. The last line of defence: no secret should reach the log in the first place.
 */
export class LogMask {
  readonly #sources: (() => Iterable<string | null | undefined>)[] = [];
  readonly #forms = new Map<string, string[]>();

  /** These values are masked from now on, as they are at the time of each line. */
  hide(source: () => Iterable<string | null | undefined>): void {
    this.#sources.push(source);
  }

  apply(line: string): string {
    let text = line;
    for (const source of this.#sources) {
      for (const secret of source()) {
        if (typeof secret !== 'string' || secret.length < SHORTEST) continue;
        for (const form of this.#formsOf(secret)) if (text.includes(form)) text = text.replaceAll(form, MASK);
      }
    }
    if (!SUSPICIOUS.test(text)) return text;
    for (const [pattern, replacement] of RULES) text = text.replace(pattern, replacement);
    return text;
  }

  /** As it stands in JSON, in JSON within JSON, and in an address. */
  #formsOf(secret: string): string[] {
    const known = this.#forms.get(secret);
    if (known !== undefined) return known;
    const quoted = JSON.stringify(secret).slice(1, -1);
    const forms = [...new Set([JSON.stringify(quoted).slice(1, -1), quoted, encodeURIComponent(secret)])];
    if (this.#forms.size > 100) this.#forms.clear();
    this.#forms.set(secret, forms);
    return forms;
  }
}
