/** From the properties for kubelets and Bottlerocket to the fields of the documents. */
import { SizeRoundingBehavior } from 'aws-cdk-lib';
import type { Duration, Size } from 'aws-cdk-lib';
import { durationText, sizeText } from '../../eksa/model/node-settings';
import type { Setting } from '../../eksa/model/node-settings';
import { nearestName } from '../../private/input/nearest-name';
import { shown } from '../../private/input/place';

type Fields = Readonly<Record<string, unknown>>;

/**
 * @param place of the struct, for messages
 * @throws Error when a property does not exist, or when `additional` contains the field of one that is set
 */
export function settingFields(settings: readonly Setting[], given: object, place: string): Fields {
  const { additional = {}, ...own } = given as Fields & { additional?: Fields };
  const fields = Object.entries(own).filter(([, value]) => value !== undefined).map(([prop, value]) => {
    const setting = settings.find((candidate) => candidate.prop === prop);
    if (!setting) throw new Error(unknownProp(settings, prop, place));
    if (additional[setting.field] !== undefined) {
      throw new Error(
        `${place}.additional.${setting.field}: got ${shown(additional[setting.field])} beside ${prop}, expected one of the two`,
      );
    }
    return [setting.field, fieldValue(setting, value, `${place}.${prop}`)] as const;
  });
  return { ...Object.fromEntries(fields), ...additional };
}

function unknownProp(settings: readonly Setting[], prop: string, place: string): string {
  const known = nearestName(prop, settings.map((setting) => setting.prop));
  return `${place}.${prop}: got a setting without a property, expected ${known ? `${known}, or ` : ''}the field in additional`;
}

function fieldValue({ unit }: Setting, value: unknown, place: string): unknown {
  switch (unit) {
    case 'duration': return goDuration(required(value, 'toSeconds', place));
    case 'durations': {
      const entries = Object.entries(value as Record<string, unknown>);
      return Object.fromEntries(entries.map(([name, one]) => [name, goDuration(required(one, 'toSeconds', `${place}.${name}`))]));
    }
    case 'seconds': return whole(required(value, 'toSeconds', place).toSeconds({ integral: false }), 'seconds', place);
    case 'size':
      return sizeText(whole(required(value, 'toKibibytes', place).toKibibytes({ rounding: SizeRoundingBehavior.NONE }), 'KiB', place));
    default: return value;
  }
}

/** Programs without types may give the text of the field. */
function required<Method extends 'toSeconds' | 'toKibibytes'>(value: unknown, method: Method, place: string): Quantities[Method] {
  if (typeof (value as Record<string, unknown> | null)?.[method] === 'function') return value as Quantities[Method];
  const example = method === 'toSeconds' ? 'a Duration such as Duration.seconds(30)' : 'a Size such as Size.mebibytes(10)';
  throw new Error(`${place}: got ${shown(value)}, expected ${example}`);
}

interface Quantities {
  readonly toSeconds: Duration;
  readonly toKibibytes: Size;
}

const MS_OF = { seconds: 1000, minutes: 60_000, hours: 3_600_000 };

/** In the unit that it was made in; Go has no days, and a parsed duration is in milliseconds. */
function goDuration(duration: Duration): string {
  const ms = duration.toMilliseconds({ integral: false });
  const label = duration.unitLabel();
  if (label === 'millis' && ms % MS_OF.seconds !== 0) return durationText({ amount: ms, unit: 'millis' });
  const unit = label === 'millis' ? 'seconds' : label === 'days' ? 'hours' : label as keyof typeof MS_OF;
  return durationText({ amount: ms / MS_OF[unit], unit });
}

function whole(amount: number, unit: string, place: string): number {
  if (Number.isInteger(amount)) return amount;
  throw new Error(`${place}: got ${amount} ${unit}, expected a whole number of ${unit}`);
}
