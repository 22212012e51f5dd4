/** Messages of Protocol Buffers as JSON, with the defaults of fields that did not travel, as Kong shows them. */
import protobuf from 'protobufjs';

/** @throws Error the bytes are no such message */
export function jsonOf(type: protobuf.Type, bytes: Buffer): string {
  return JSON.stringify(shown(type, type.decode(bytes) as unknown as Readonly<Record<string, unknown>>));
}

function shown(type: protobuf.Type, message: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const isSet = Object.hasOwn(message, field.name) && message[field.name] !== null;
    const value = message[field.name];
    if (field.map) {
      const entries = Object.entries(isSet ? value as object : {});
      made[field.name] = Object.fromEntries(entries.map(([key, one]) => [key, shownValue(field, one)]));
    } else if (field.repeated) made[field.name] = isSet ? (value as readonly unknown[]).map((one) => shownValue(field, one)) : [];
    else if (isSet || hasDefault(field)) made[field.name] = shownValue(field, isSet ? value : field.defaultValue);
    // Which one of several it is.
    if (isSet && field.partOf != null) made[field.partOf.name] = field.name;
  }
  return made;
}

function hasDefault(field: protobuf.Field): boolean {
  return field.partOf == null && !(field.resolve().resolvedType instanceof protobuf.Type);
}

function shownValue(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field.resolve();
  if (resolvedType instanceof protobuf.Type) return shown(resolvedType, value as Readonly<Record<string, unknown>>);
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[Number(value)] ?? Number(value);
  if (field.type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  if (field.type === 'float') return Number(Number(value).toPrecision(14));
  return typeof value === 'object' && value !== null ? wholeNumber(value) : value;
}

/** A 64-bit number. Above 2^53 it is not exact for most readers of JSON: it is shown as Kong rounds it. */
function wholeNumber(value: object): number {
  const number = Number(value.toString());
  return Number.isSafeInteger(number) ? number : Number(number.toPrecision(14));
}
