// The one script of all pages.
export {};
