/** Names that are longer than there is room, shortened so that each stays different from the others. */

const GAP = '…';

/** @returns what is written for each name: names that differ never get the same text, as long as `room` leaves a choice */
export function shortNames(names: readonly string[], room: number): ReadonlyMap<string, string> {
  const all = [...new Set(names)];
  if (all.every((name) => name.length <= room)) return new Map(all.map((name) => [name, name]));
  for (const shorten of ways(all, room)) {
    const short = all.map((name) => (name.length <= room ? name : shorten(name)));
    if (new Set(short).size === all.length) return new Map(all.map((name, index) => [name, short[index]]));
  }
  return new Map(all.map((name, index) => [name, numbered(name, index + 1, room)]));
}

/** Ways to shorten a name, the most readable first. */
function* ways(names: readonly string[], room: number): Iterable<(name: string) => string> {
  const prefix = commonLength(names, (name, at) => name[at]);
  const domain = commonDomain(names);
  // The domain that all names share says nothing.
  const hostOf = (name: string) => name.slice(0, name.length - domain.length);
  const ownPart = (host: string) => (host.length < room ? `${host}${GAP}` : cutMiddle(host, room, Math.floor(room / 3)));
  if (domain !== '') yield (name) => ownPart(hostOf(name));
  yield (name) => cutMiddle(name, room, Math.floor((room - 1) / 2));
  yield (name) => cutMiddle(name, room, 0);
  yield (name) => cutEnd(`${GAP}${name.slice(prefix)}`, room);
  for (let head = room - 2; head > 0; head--) yield (name) => cutMiddle(name, room, head);
}

function commonLength(names: readonly string[], letterAt: (name: string, at: number) => string | undefined): number {
  const [first, ...others] = names;
  const shortest = Math.min(...names.map(({ length }) => length));
  let length = 0;
  while (length < shortest && others.every((name) => letterAt(name, length) === letterAt(first, length))) length++;
  return names.length > 1 ? length : 0;
}

/** `.prod.example.com` of hosts that are all in it; empty where there is none. */
function commonDomain(names: readonly string[]): string {
  const length = commonLength(names, (name, at) => name[name.length - 1 - at]);
  const end = names[0].slice(names[0].length - length);
  return end.includes('.') ? end.slice(end.indexOf('.')) : '';
}

/** The start of the text, with a sign that more follows. */
export function cutEnd(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, Math.max(1, room - 1))}${GAP}` : text;
}

function cutMiddle(name: string, room: number, head: number): string {
  const tail = Math.max(0, room - 1 - head);
  return `${name.slice(0, head)}${GAP}${name.slice(name.length - tail)}`;
}

function numbered(name: string, number: number, room: number): string {
  const end = `${GAP}#${number}`;
  return `${name.slice(0, Math.max(1, room - end.length))}${end}`;
}
