/** A key in a body: form or JSON. Other content types are never looked into. */

/** A longer body is sent on without being looked at. Bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

type Kind = 'form' | 'json' | undefined;

/** `duplicate` when a field is there more than once. */
export function findInBody(body: Buffer, contentType: string | undefined, names: readonly string[]): { name: string; key: string } | 'duplicate' | undefined {
  const values = readFields(body, kindOf(contentType));
  for (const name of names) {
    const [key, second] = values(name);
    if (second !== undefined) return 'duplicate';
    if (key !== undefined) return { name, key };
  }
  return undefined;
}

/** The body without the field; `undefined` when it does not have it. */
export function removeFromBody(body: Buffer, contentType: string | undefined, name: string): Buffer | undefined {
  const text = body.toString('utf8');
  switch (kindOf(contentType)) {
    case 'form': {
      const form = new URLSearchParams(text);
      if (!form.has(name)) return undefined;
      form.delete(name);
      return Buffer.from(form.toString());
    }
    case 'json': {
      const object = parseObject(text);
      if (object === undefined || !(name in object)) return undefined;
      return Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(object).filter(([field]) => field !== name))));
    }
    default: return undefined;
  }
}

function readFields(body: Buffer, kind: Kind): (name: string) => readonly string[] {
  if (kind === 'form') {
    const form = new URLSearchParams(body.toString('utf8'));
    return (name) => form.getAll(name);
  }
  const object = kind === 'json' ? parseObject(body.toString('utf8')) : undefined;
  return (name) => typeof object?.[name] === 'string' ? [object[name]] : [];
}

function kindOf(contentType: string | undefined): Kind {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return 'form';
  return type === 'application/json' ? 'json' : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
