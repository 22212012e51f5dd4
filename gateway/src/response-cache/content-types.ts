/** Content types that a cache admits: with wildcards in type and subtype, and with exactly their parameters. */

interface MediaType {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export function admits(admitted: readonly string[]): (contentType: string | undefined) => boolean {
  const wanted = admitted.flatMap((one) => mediaType(one) ?? []);
  const known = new Map<string, boolean>();
  return (contentType) => {
    if (contentType === undefined) return false;
    const before = known.get(contentType);
    if (before !== undefined) return before;
    const given = mediaType(contentType);
    const isAdmitted = given !== undefined && wanted.some((one) => matches(one, given));
    // Upstreams send few different ones; one that invents them gets no memory.
    if (known.size < 100) known.set(contentType, isAdmitted);
    return isAdmitted;
  };
}

function matches(wanted: MediaType, given: MediaType): boolean {
  return (wanted.type === '*' || wanted.type === given.type)
    && (wanted.subtype === '*' || wanted.subtype === given.subtype)
    && wanted.parameters.size === given.parameters.size
    && [...wanted.parameters].every(([name, value]) => given.parameters.get(name) === value);
}

/** RFC 9110 §8.3.1 */
function mediaType(text: string): MediaType | undefined {
  const [essence = '', ...rest] = text.split(';');
  const [, type, subtype] = /^\s*([^\s/]+)\/([^\s/]+)\s*$/.exec(essence) ?? [];
  if (type === undefined || subtype === undefined) return undefined;
  const parameters = rest.flatMap((part): [string, string][] => {
    const [, name, quoted, plain] = /^\s*([^\s=]+)\s*=\s*(?:"(.*)"|(\S*))\s*$/s.exec(part) ?? [];
    return name === undefined ? [] : [[name.toLowerCase(), quoted ?? plain ?? '']];
  });
  return { type: type.toLowerCase(), subtype: subtype.toLowerCase(), parameters: new Map(parameters) };
}
