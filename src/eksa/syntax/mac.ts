/** Hardware addresses: what the tools read, and what the cluster's objects take. */

const FORMS: readonly RegExp[] = [
  /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2})*$/i,
  /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i,
  /^[0-9a-f]+$/i,
];
/** Ethernet, EUI-64 and InfiniBand. */
const BYTES = [6, 8, 20];

/** Any form that Go's net.ParseMAC takes: 6, 8 or 20 bytes joined by colons, dashes or dots, or not at all. */
export function isMac(text: string): boolean {
  return FORMS.some((form) => form.test(text)) && BYTES.includes(text.replace(/[:.-]/g, '').length / 2);
}

/** The one form that the Hardware objects take, in either letter case: `aa:bb:cc:dd:ee:ff`. */
export function isEthernetMac(text: string): boolean {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text);
}
