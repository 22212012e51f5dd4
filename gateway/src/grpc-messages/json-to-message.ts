/** Messages of Protocol Buffers made of JSON, as lenient and as strict as Kong. */
import protobuf from 'protobufjs';

type Values = Readonly<Record<string, unknown>>;

/** @throws Error a value does not fit its field; a name that is none is ignored */
export function messageOf(type: protobuf.Type, values: Values): Buffer {
  return Buffer.from(type.encode(type.create(fieldsOf(type, values))).finish());
}

function fieldsOf(type: protobuf.Type, values: Values): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(values, field.name)) continue;
    const value = fieldValue(field, values[field.name]);
    // A value that is the default travels only where its presence says something.
    if (value !== undefined && (field.partOf != null || field.repeated || field.map || !isDefault(value))) made[field.name] = value;
  }
  return made;
}

function fieldValue(field: protobuf.Field, value: unknown): unknown {
  if (field.map) {
    if (!isObject(value)) throw mismatch(field);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, oneValue(field, one)]));
  }
  if (!field.repeated) return oneValue(field, value);
  if (!Array.isArray(value)) throw mismatch(field);
  return value.map((one) => oneValue(field, one));
}

function oneValue(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field.resolve();
  if (resolvedType instanceof protobuf.Type) {
    if (!isObject(value)) throw mismatch(field);
    return fieldsOf(resolvedType, value);
  }
  if (resolvedType instanceof protobuf.Enum) return enumValue(field, resolvedType, value);
  switch (field.type) {
    case 'string': return textValue(field, value);
    case 'bytes': return Buffer.from(textValue(field, value), 'utf8');
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(field);
      return value;
    default: return numberValue(field, value);
  }
}

function textValue(field: protobuf.Field, value: unknown): string {
  if (typeof value !== 'string') throw mismatch(field);
  return value;
}

function enumValue(field: protobuf.Field, { values }: protobuf.Enum, value: unknown): number {
  if (typeof value === 'number') return Math.trunc(value);
  if (typeof value === 'string' && Object.hasOwn(values, value)) return values[value]!;
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  throw mismatch(field);
}

/** Numbers may be texts; fractions of integers are cut, and what is too large wraps. */
function numberValue(field: protobuf.Field, value: unknown): unknown {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number)) throw mismatch(field);
  if (field.type === 'double' || field.type === 'float') return number;
  if (!Number.isFinite(number)) throw mismatch(field);
  const whole = BigInt(Math.trunc(number));
  const isUnsigned = /^u|^fixed/.test(field.type);
  if (!field.type.endsWith('64')) return Number(isUnsigned ? BigInt.asUintN(32, whole) : BigInt.asIntN(32, whole));
  const bits = BigInt.asUintN(64, whole);
  return new protobuf.util.LongBits(Number(bits & 0xffffffffn), Number(bits >> 32n)).toLong(isUnsigned);
}

function isDefault(value: unknown): boolean {
  if (value === 0 || value === '' || value === false) return true;
  if (Buffer.isBuffer(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && 'low' in value && 'high' in value && value.low === 0 && value.high === 0;
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch({ name, type }: protobuf.Field): Error {
  return new Error(`the value of ${name} is no ${type}`);
}
