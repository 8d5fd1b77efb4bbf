/** What a browser that knows Trusted Types takes as HTML. */
interface Policy {
  createHTML(page: string): string;
}

declare global {
  interface Window {
    readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  }
}

/** The one place where text becomes HTML: pages of our own server, which escapes what alerts say. */
const policy = window.trustedTypes?.createPolicy('lvra', { createHTML: (page) => page });

/** A page as a document of its own, in which nothing runs or loads. */
export function parsePage(page: string): Document {
  return new DOMParser().parseFromString(policy?.createHTML(page) ?? page, 'text/html');
}
